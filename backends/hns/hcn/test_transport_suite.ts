/**
 * What every transport must do, as one list of tests: the emulator, the functions of the DLL, the
 * PowerShell host. Behind each stands an emulator, which the tests also look at directly.
 *
 * @module
 */
import assert from "node:assert/strict";
import { diff } from "../../../core/mod.ts";
import { endpoint as podOf, NO_VIEW, servicePort, viewOf } from "../../test_views.ts";
import type { HostComputeEndpoint, HostComputeLoadBalancer } from "../documents.ts";
import { EMPTY_STATE } from "../emulator/file.ts";
import { type HnsEmulator, hnsEmulator } from "../emulator/emulator.ts";
import { hnsBackend } from "../hns.ts";
import { codeOf, HnsError, type HnsErrorName } from "../hns_error.ts";
import { field } from "../read_documents.ts";
import {
  BRIDGE,
  BRIDGE_NETWORK,
  Driver,
  NEVER,
  OVERLAY_CONFIG,
  overlayNode,
  pictureOf,
  podEndpoint,
} from "../test_node.ts";
import type { HnsCreation, HnsEvent, HnsTransport } from "../transport.ts";

/** A transport with an emulator behind it. */
export interface Peer {
  /** The transport. */
  readonly transport: HnsTransport;
  /** Gives back what is behind it; called after the transport is closed. */
  close(): Promise<void>;
}

/** How a transport is made for a test. */
export type MakePeer = (emulator: HnsEmulator) => Promise<Peer>;

/** In what transports differ. */
export interface SuiteOptions {
  /** Whether the tests are left out: the platform is another one, say. */
  readonly ignore?: boolean;
  /** Whether it hears what HNS tells by itself. */
  readonly hears: boolean;
  /** Whether a list is made of one call for each object, among which an object may go away. */
  readonly listsOneByOne: boolean;
}

const SchemaVersion = { Major: 2, Minor: 0 };
const POD = "0d2b3f0f-65d1-4e1a-9c76-000010244217";
const REMOTE_ID = "5f3e2a10-0000-5000-8000-00000000000e";
const BALANCER_ID = "5f3e2a10-0000-5000-8000-0000000000fb";

const REMOTE: HostComputeEndpoint = {
  IpConfigurations: [{ IpAddress: "10.244.3.9" }],
  MacAddress: "02-11-0a-f4-03-09",
  Flags: 1,
  SchemaVersion,
};

const BALANCER: HostComputeLoadBalancer = {
  HostComputeEndpoints: [POD],
  FrontendVIPs: ["10.96.0.10"],
  PortMappings: [{ Protocol: 6, InternalPort: 80, ExternalPort: 80 }],
  SchemaVersion,
};

const endpoint = (parts: Partial<HnsCreation & { kind: "endpoint" }> = {}): HnsCreation => ({
  kind: "endpoint",
  id: REMOTE_ID,
  networkId: BRIDGE,
  document: REMOTE,
  ...parts,
});
const balancer = (document = BALANCER, id = BALANCER_ID): HnsCreation => ({
  kind: "load-balancer",
  id,
  document,
});

/** Checks that a call is refused under that name. */
export async function refused(call: Promise<unknown>, name: HnsErrorName): Promise<void> {
  await assert.rejects(call, (error) => {
    assert(error instanceof HnsError, String(error));
    assert(error.is(name), error.message);
    return true;
  });
}

/** Registers the tests for a transport. */
export function transportSuite(name: string, make: MakePeer, options: SuiteOptions): void {
  const test = (what: string, work: (hns: HnsTransport, emulator: HnsEmulator) => Promise<void>) =>
    Deno.test({
      name: `the transport ${name} ${what}`,
      ignore: options.ignore ?? false,
      fn: async () => {
        const emulator = hnsEmulator({
          ...EMPTY_STATE,
          Networks: [BRIDGE_NETWORK],
          Endpoints: [podEndpoint("10.244.2.17", BRIDGE)],
        });
        const { transport, close } = await make(emulator);
        try {
          await work(transport, emulator);
        } finally {
          await transport.close();
          await close();
        }
      },
    });

  test("tells the version of HNS", async (hns, emulator) => {
    emulator.behave({ version: { major: 15, minor: 4 } });
    assert.deepEqual(await hns.version(NEVER), { major: 15, minor: 4 });
  });

  test("lists whole documents, with every letter of them", async (hns, emulator) => {
    const odd = {
      ID: "AAAAAAAA-0000-4000-8000-000000000001",
      Name: 'Brücke "茂" \\ 😀\t\u0001',
      X: [{}, null],
    };
    emulator.addNetwork(odd);
    assert.deepEqual(await hns.list("network", NEVER), [BRIDGE_NETWORK, odd]);
    assert.deepEqual(await hns.list("load-balancer", NEVER), []);
    assert.deepEqual(await hns.get("network", odd.ID.toLowerCase(), NEVER), odd);
  });

  test("creates, changes and deletes", async (hns, emulator) => {
    const made = await hns.create(endpoint(), NEVER);
    assert.equal(field(made, "ID"), REMOTE_ID);
    assert.equal(field(made, "Name"), "Ethernet");
    await hns.create(balancer(), NEVER);
    const both = { ...BALANCER, HostComputeEndpoints: [POD, REMOTE_ID] };
    await hns.modifyLoadBalancer(BALANCER_ID.toUpperCase(), both, NEVER);
    assert.deepEqual(emulator.state().LoadBalancers, [{ ID: BALANCER_ID, ...both }]);
    await hns.delete("load-balancer", BALANCER_ID, NEVER);
    await hns.delete("endpoint", REMOTE_ID, NEVER);
    assert.deepEqual(emulator.state().LoadBalancers, []);
    assert.equal(emulator.state().Endpoints.length, 1);
  });

  test("takes documents of a thousand endpoints", async (hns, emulator) => {
    const ids = Array.from(
      { length: 1024 },
      (_, i) => `5f3e2a10-0000-5000-8001-${i.toString(16).padStart(12, "0")}`,
    );
    for (const id of ids) emulator.addEndpoint({ ID: id, HostComputeNetwork: BRIDGE });
    await hns.create(balancer({ ...BALANCER, HostComputeEndpoints: ids }), NEVER);
    const [found] = await hns.list("load-balancer", NEVER);
    assert.deepEqual(field(found, "HostComputeEndpoints"), ids);
  });

  test("refuses what HNS refuses, under its name", async (hns) => {
    await refused(hns.get("network", POD, NEVER), "network-not-found");
    await refused(hns.get("endpoint", BRIDGE, NEVER), "endpoint-not-found");
    await refused(hns.get("load-balancer", BRIDGE, NEVER), "element-not-found");
    await refused(hns.create(endpoint({ networkId: POD }), NEVER), "network-not-found");
    await refused(hns.create(endpoint({ id: POD }), NEVER), "already-exists");
    const empty = balancer({ ...BALANCER, HostComputeEndpoints: [] });
    await refused(hns.create(empty, NEVER), "invalid-json-reference");
    await hns.create(balancer(), NEVER);
    await refused(hns.create(balancer(BALANCER, REMOTE_ID), NEVER), "port-exists");
    await refused(hns.modifyLoadBalancer(REMOTE_ID, BALANCER, NEVER), "element-not-found");
    await refused(hns.delete("load-balancer", REMOTE_ID, NEVER), "element-not-found");
    await refused(hns.delete("endpoint", REMOTE_ID, NEVER), "endpoint-not-found");
    await refused(hns.delete("endpoint", POD, NEVER), "has-references");
  });

  test(
    "finds HNS away, and there again, and never takes the one for nothing there",
    async (hns, emulator) => {
      emulator.stop();
      await refused(hns.version(NEVER), "rpc-unavailable");
      await refused(hns.list("endpoint", NEVER), "rpc-unavailable");
      await refused(hns.get("endpoint", POD, NEVER), "rpc-unavailable");
      await refused(hns.create(balancer(), NEVER), "rpc-unavailable");
      await refused(hns.delete("endpoint", POD, NEVER), "rpc-unavailable");
      emulator.start();
      assert.equal((await hns.list("endpoint", NEVER)).length, 1);
    },
  );

  if (options.listsOneByOne) {
    test(
      "leaves out of a list what goes away meanwhile; any other failure fails the list",
      async (hns, emulator) => {
        for (let i = 1; i <= 20; i++) {
          emulator.addEndpoint(podEndpoint(`10.244.2.${100 + i}`, BRIDGE));
        }
        let gets = 0;
        const failing = (name: HnsErrorName) => () =>
          emulator.behave({
            fault: ({ what }) =>
              what === "get endpoint" && ++gets % 7 === 0 ? { hresult: codeOf(name) } : null,
          });
        failing("element-not-found")();
        const found = await hns.list("endpoint", NEVER);
        assert(found.length < 21 && found.length > 10, String(found.length));
        failing("rpc-failed")();
        await refused(hns.list("endpoint", NEVER), "rpc-failed");
      },
    );
  }

  test("lets go whom the signal tells to", async (hns) => {
    const reason = new Error("no longer wanted");
    const aborted = AbortSignal.abort(reason);
    // The emulator ends its calls by itself, at once; the others are let go before.
    const ended = await Promise.allSettled([hns.list("endpoint", aborted), hns.version(NEVER)]);
    if (name !== "emulator") assert.equal(ended[0].status, "rejected");
    assert.equal(ended[1].status, "fulfilled");
  });

  test("carries fifty calls at a time, each with its own answer", async (hns, emulator) => {
    const pods = Array.from({ length: 50 }, (_, i) => podEndpoint(`10.244.2.${100 + i}`, BRIDGE));
    for (const pod of pods) emulator.addEndpoint(pod);
    const got = await Promise.all(
      pods.map((pod) => hns.get("endpoint", String(field(pod, "ID")), NEVER)),
    );
    assert.deepEqual(got, pods);
    if (name !== "emulator") assert(emulator.calls.peak <= 4, String(emulator.calls.peak));
  });

  if (options.hears) {
    test("hears of networks, and of HNS going away", async (hns, emulator) => {
      const heard: HnsEvent[] = [];
      let next = Promise.withResolvers<void>();
      const unwatch = hns.watch((event) => {
        heard.push(event);
        next.resolve();
      });
      const after = async (work: () => void) => {
        next = Promise.withResolvers();
        work();
        await next.promise;
      };
      await hns.version(NEVER); // whoever must register first has done so
      const id = "aaaaaaaa-0000-4000-8000-000000000001";
      await after(() => emulator.addNetwork({ ID: id, Name: "new" }));
      await after(() => emulator.removeNetwork(id));
      await after(() => emulator.stop());
      emulator.start();
      await hns.version(NEVER);
      await after(() => emulator.addNetwork({ ID: id, Name: "newer" }));
      unwatch();
      emulator.removeNetwork(id);
      assert.deepEqual(
        heard.map((event) => event.type),
        ["network-created", "network-deleted", "disconnected", "network-created"],
      );
      assert.deepEqual(heard.map((event) => "id" in event ? event.id : ""), [id, id, "", id]);
    });
  }

  Deno.test({
    name: `the transport ${name} carries the backend to the state that the emulator alone gets to`,
    ignore: options.ignore ?? false,
    fn: async () => {
      const view = viewOf([servicePort({
        frontends: [
          { kind: "ClusterIP", ip: "10.96.0.10", port: 80 },
          { kind: "NodePort", port: 30080 },
        ],
        endpoints: [podOf("10.244.2.17:8080"), podOf("10.244.3.9:8080", { local: false })],
      })]);
      const alone = new Driver(overlayNode());
      await alone.reach(view);
      const emulator = hnsEmulator(overlayNode());
      const { transport, close } = await make(emulator);
      const backend = hnsBackend({ config: OVERLAY_CONFIG, transport });
      try {
        let { state } = backend.plan(diff(NO_VIEW, view), backend.initial);
        for (const round of ["makes it", "has it"]) {
          const seen = await backend.observer.observe(NEVER);
          assert(seen.ok, seen.ok ? "" : seen.error);
          const plan = seen.plan(state);
          state = plan.state;
          assert.equal(plan.ops.length > 0, round === "makes it");
          for (const op of plan.ops) assert.deepEqual(await backend.apply(op, NEVER), { ok: true });
        }
        assert.deepEqual(pictureOf(emulator), pictureOf(alone.emulator));
      } finally {
        await backend.close(NEVER);
        await close();
      }
    },
  });
}
