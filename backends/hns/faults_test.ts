import assert from "node:assert/strict";
import { endpoint, servicePort, viewOf } from "../test_views.ts";
import type { NodeView } from "../../core/mod.ts";
import { codeOf } from "./hns_error.ts";
import {
  assertForeignUntouched,
  Driver,
  overlayNetwork,
  overlayNode,
  pictureOf,
  podEndpoint,
} from "./test_node.ts";
import type { EmulatorFault, EmulatorOptions } from "./emulator/quirks.ts";

const here = (address: string) => endpoint(address);
const there = (address: string) => endpoint(address, { node: "n2", local: false });

/** A service port with every kind of frontend. */
function service(n: number, endpoints: readonly string[]) {
  return servicePort({
    service: `s${n}`,
    frontends: [
      { kind: "ClusterIP", ip: `10.96.0.${n}`, port: 80 },
      { kind: "NodePort", port: 30000 + n },
      { kind: "LoadBalancer", ip: `203.0.113.${n}`, port: 80 },
    ],
    endpoints: endpoints.map((each) => each.startsWith("10.244.2.") ? here(each) : there(each)),
  });
}

const BEFORE = viewOf([
  service(1, ["10.244.2.17:80", "10.244.3.9:80"]),
  service(2, ["10.244.3.9:80", "10.244.4.4:80"]),
  service(3, ["10.244.4.5:80"]),
]);

/** One service changes, one goes, one comes, one stays. */
const AFTER = viewOf([
  service(1, ["10.244.2.18:80", "10.244.3.10:80"]),
  service(2, ["10.244.3.9:80", "10.244.4.4:80"]),
  service(4, ["10.244.4.5:80", "10.244.3.9:80"]),
]);

async function fromScratch(view: NodeView, options: EmulatorOptions): Promise<readonly string[]> {
  const node = new Driver(overlayNode(), { options });
  await node.reach(view);
  return pictureOf(node.emulator);
}

async function nodeAt(view: NodeView, options: EmulatorOptions): Promise<Driver> {
  const node = new Driver(overlayNode(), { options });
  await node.reach(view);
  return node;
}

const BUILDS: readonly { readonly build: string; readonly options: EmulatorOptions }[] = [
  { build: "16.0", options: {} },
  { build: "16.0, ids in changing case", options: { changingCase: true } },
  { build: "15.4, where Modify does nothing", options: { version: { major: 15, minor: 4 } } },
  { build: "13.2, without Modify", options: { version: { major: 13, minor: 2 } } },
  { build: "16.0, which chooses ids itself", options: { choosesIds: true } },
  { build: "16.0, one endpoint of an address", options: { refuseDuplicateIps: true } },
  { build: "16.0, which degrades", options: { deleteInUse: "degrade" } },
];

const FAULTS: readonly { readonly fault: string; readonly make: EmulatorFault }[] = [
  { fault: "HNS is away", make: { hresult: codeOf("rpc-unavailable") } },
  { fault: "the answer is lost", make: { hresult: codeOf("rpc-failed"), afterwards: true } },
  { fault: "the port exists", make: { hresult: codeOf("port-exists") } },
  { fault: "it exists already", make: { hresult: codeOf("already-exists") } },
  { fault: "the endpoint is not found", make: { hresult: codeOf("endpoint-not-found") } },
  { fault: "the element is not found", make: { hresult: codeOf("element-not-found") } },
  { fault: "it is degraded", make: { hresult: codeOf("degraded") } },
  { fault: "access is denied", make: { hresult: codeOf("access-denied") } },
  { fault: "nothing that is known", make: { hresult: 0x8badf00d } },
];

for (const { build, options } of BUILDS) {
  Deno.test(`HNS ${build}: any one call may fail, in any way, and the node heals`, async () => {
    const wanted = await fromScratch(AFTER, options);
    for (const { fault, make } of FAULTS) {
      let failed = true;
      for (let n = 1; failed; n++) {
        const node = await nodeAt(BEFORE, options);
        const from = node.emulator.calls.all;
        failed = false;
        node.emulator.behave({
          ...options,
          fault: (call) => {
            if (call.n !== from + n) return null;
            failed = true;
            return make;
          },
        });
        await node.reach(AFTER);
        assert.deepEqual(pictureOf(node.emulator), wanted, `${fault}, call ${n}`);
        assertForeignUntouched(node.emulator);
      }
    }
  });

  Deno.test(`HNS ${build}: after a crash between any two operations a restart comes to the same`, async () => {
    const wanted = await fromScratch(AFTER, options);
    let total = 1;
    for (let done = 0; done <= total; done++) {
      const node = await nodeAt(BEFORE, options);
      const ops = node.change(AFTER);
      total = ops.length;
      await node.apply(ops.slice(0, done));
      node.restart();
      await node.converge();
      assert.deepEqual(pictureOf(node.emulator), wanted, `after ${done} of ${total}`);
      assertForeignUntouched(node.emulator);
    }
  });

  Deno.test(`HNS ${build}: a crash while it starts from nothing does no harm either`, async () => {
    const wanted = await fromScratch(AFTER, options);
    let total = 1;
    for (let done = 0; done <= total; done++) {
      const node = new Driver(overlayNode(), { options });
      node.change(AFTER);
      const ops = (await node.look())?.ops ?? [];
      total = ops.length;
      await node.apply(ops.slice(0, done));
      node.restart();
      await node.converge();
      assert.deepEqual(pictureOf(node.emulator), wanted, `after ${done} of ${total}`);
    }
  });
}

Deno.test("a crash within any operation, before or after any call, does no harm", async () => {
  const wanted = await fromScratch(AFTER, {});
  for (const afterwards of [false, true]) {
    let crashed = true;
    for (let n = 1; crashed; n++) {
      const node = await nodeAt(BEFORE, {});
      const from = node.emulator.calls.all;
      crashed = false;
      node.emulator.behave({
        fault: (call) => {
          if (call.n < from + n) return null;
          crashed = true;
          return {
            hresult: codeOf("rpc-unavailable"),
            afterwards: afterwards && call.n === from + n,
          };
        },
      });
      await node.apply(node.change(AFTER));
      node.emulator.behave({});
      node.restart();
      await node.converge();
      assert.deepEqual(pictureOf(node.emulator), wanted, `call ${n}`);
      assertForeignUntouched(node.emulator);
    }
  }
});

Deno.test("HNS restarts in the middle of a plan: all calls fail, then everything is as wanted", async () => {
  const wanted = await fromScratch(AFTER, {});
  const node = await nodeAt(BEFORE, {});
  const ops = node.change(AFTER);
  await node.apply(ops.slice(0, 3));
  node.emulator.stop();
  assert.equal((await node.apply(ops.slice(3))).length, ops.length - 3);
  node.emulator.start();
  await node.converge();
  assert.deepEqual(pictureOf(node.emulator), wanted);
});

Deno.test("the network is deleted and made anew with another id: everything comes back", async () => {
  const node = await nodeAt(BEFORE, {});
  const { network } = node.state.world?.env ?? {};
  node.emulator.removeNetwork(network?.id ?? "");
  assert.deepEqual(await node.converge(), ["network/vxlan0"]);
  const other = "DEADBEEF-0000-4000-8000-000000000001";
  node.emulator.addNetwork({ ...Object(overlayNetwork()), ID: other });
  for (const ip of ["10.244.2.17", "10.244.2.18"]) {
    node.emulator.addEndpoint(podEndpoint(ip, other));
  }
  assert.deepEqual(await node.converge(), []);
  const wanted = await fromScratch(BEFORE, {});
  // A load balancer of another program stays behind with the endpoint that went with the network.
  const own = (lines: readonly string[]) =>
    lines.filter((line) => !/172\.31\.0\.5/.test(line)).map((line) =>
      line.replaceAll("dead", "8e3c")
    ).sort();
  assert.deepEqual(own(pictureOf(node.emulator)), own(wanted));
});

Deno.test("where the deletion of an endpoint in use degrades, what was degraded is repaired", async () => {
  const options: EmulatorOptions = { deleteInUse: "degrade" };
  const node = await nodeAt(BEFORE, options);
  const wanted = pictureOf(node.emulator);
  const [remote] = node.state.world?.actual.endpoints.get("10.244.3.9") ?? [];
  node.emulator.remove("endpoint", remote?.id ?? "");
  await node.converge();
  assert.deepEqual(pictureOf(node.emulator), wanted);
});
