import assert from "node:assert/strict";
import { BRIDGE, BRIDGE_NETWORK, NEVER, podEndpoint } from "../test_node.ts";
import type { HostComputeEndpoint, HostComputeLoadBalancer } from "../documents.ts";
import { HnsError, type HnsErrorName } from "../hns_error.ts";
import { field } from "../read_documents.ts";
import type { HnsEvent } from "../transport.ts";
import { type HnsEmulator, hnsEmulator } from "./emulator.ts";
import { EMPTY_STATE, readState, stateText } from "./file.ts";
import { openFileEmulator } from "./file_emulator.ts";
import type { EmulatorOptions } from "./quirks.ts";

const SchemaVersion = { Major: 2, Minor: 0 };
const POD = "0D2B3F0F-65D1-4E1A-9C76-000010244217";

const REMOTE: HostComputeEndpoint = {
  IpConfigurations: [{ IpAddress: "10.244.3.9" }],
  MacAddress: "02-11-0a-f4-03-09",
  Flags: 1,
  SchemaVersion,
};

const BALANCER: HostComputeLoadBalancer = {
  HostComputeEndpoints: [POD.toLowerCase()],
  FrontendVIPs: ["10.96.0.10"],
  PortMappings: [{ Protocol: 6, InternalPort: 80, ExternalPort: 80 }],
  SchemaVersion,
};

function emulator(options: EmulatorOptions = {}): HnsEmulator {
  return hnsEmulator({
    ...EMPTY_STATE,
    Networks: [BRIDGE_NETWORK],
    Endpoints: [podEndpoint("10.244.2.17", BRIDGE)],
  }, options);
}

const endpoint = (id: string, document = REMOTE, networkId = BRIDGE) =>
  ({ kind: "endpoint", id, networkId, document }) as const;
const balancer = (id: string, document = BALANCER) =>
  ({ kind: "load-balancer", id, document }) as const;

async function refused(call: Promise<unknown>, name: HnsErrorName): Promise<void> {
  await assert.rejects(call, (error) => {
    assert(error instanceof HnsError);
    assert(error.is(name), error.message);
    return true;
  });
}

Deno.test("what is created is there, as HNS fills it in, and goes when it is deleted", async () => {
  const hns = emulator();
  await hns.create(endpoint("E1"), NEVER);
  const [, made] = await hns.list("endpoint", NEVER);
  assert.equal(field(made, "Name"), "Ethernet");
  assert.equal(field(made, "HostComputeNetwork"), BRIDGE);
  assert.deepEqual(field(made, "IpConfigurations"), [{
    IpAddress: "10.244.3.9",
    PrefixLength: 32,
  }]);
  await hns.create(balancer("L1", { ...BALANCER, HostComputeEndpoints: [POD, "e1"] }), NEVER);
  await refused(hns.delete("endpoint", "e1", NEVER), "has-references");
  await hns.delete("load-balancer", "l1", NEVER);
  await hns.delete("endpoint", "e1", NEVER);
  await refused(hns.get("endpoint", "E1", NEVER), "endpoint-not-found");
  await refused(hns.delete("load-balancer", "L1", NEVER), "element-not-found");
});

const { Flags: _, ...LOCAL } = REMOTE;

Deno.test.each<{ why: string; call: (hns: HnsEmulator) => Promise<unknown>; name: HnsErrorName }>([
  {
    why: "an unknown network",
    call: (hns) => hns.create(endpoint("E", REMOTE, "nope"), NEVER),
    name: "network-not-found",
  },
  {
    why: "an address that is none",
    call: (hns) =>
      hns.create(endpoint("E", { ...REMOTE, IpConfigurations: [{ IpAddress: "x" }] }), NEVER),
    name: "invalid-ip",
  },
  {
    why: "no address",
    call: (hns) => hns.create(endpoint("E", { ...REMOTE, IpConfigurations: [] }), NEVER),
    name: "invalid-ip",
  },
  {
    why: "a MAC address that is none",
    call: (hns) => hns.create(endpoint("E", { ...LOCAL, MacAddress: "x" }), NEVER),
    name: "invalid-endpoint",
  },
  {
    why: "another schema",
    call: (hns) =>
      hns.create(endpoint("E", { ...REMOTE, SchemaVersion: { Major: 1, Minor: 0 } }), NEVER),
    name: "invalid-json",
  },
  {
    why: "an id that is taken",
    call: (hns) => hns.create(endpoint(POD), NEVER),
    name: "already-exists",
  },
  {
    why: "no endpoints",
    call: (hns) => hns.create(balancer("L", { ...BALANCER, HostComputeEndpoints: [] }), NEVER),
    name: "invalid-json-reference",
  },
  {
    why: "an endpoint that is gone",
    call: (hns) =>
      hns.create(balancer("L", { ...BALANCER, HostComputeEndpoints: ["nope"] }), NEVER),
    name: "endpoint-not-found",
  },
  {
    why: "internal port 0",
    call: (hns) =>
      hns.create(
        balancer("L", {
          ...BALANCER,
          PortMappings: [{ Protocol: 6, InternalPort: 0, ExternalPort: 80 }],
        }),
        NEVER,
      ),
    name: "port-zero",
  },
  {
    why: "flags that nobody knows",
    call: (hns) =>
      hns.create(
        balancer("L", {
          ...BALANCER,
          PortMappings: [{ Protocol: 6, InternalPort: 80, ExternalPort: 80, Flags: 64 }],
        }),
        NEVER,
      ),
    name: "invalid-policy",
  },
  {
    why: "no port mappings",
    call: (hns) => hns.create(balancer("L", { ...BALANCER, PortMappings: [] }), NEVER),
    name: "invalid-policy",
  },
  {
    why: "a frontend that is no address",
    call: (hns) => hns.create(balancer("L", { ...BALANCER, FrontendVIPs: ["x"] }), NEVER),
    name: "invalid-ip",
  },
  {
    why: "a load balancer that is not there",
    call: (hns) => hns.modifyLoadBalancer("L", BALANCER, NEVER),
    name: "element-not-found",
  },
])("HNS refuses $why as $name", async ({ call, name }) => {
  await refused(call(emulator()), name);
});

Deno.test("a frontend is taken once; the same address and port by another protocol is another one", async () => {
  const hns = emulator();
  await hns.create(balancer("L1"), NEVER);
  await refused(hns.create(balancer("L2"), NEVER), "port-exists");
  const udp = { ...BALANCER, PortMappings: [{ Protocol: 17, InternalPort: 80, ExternalPort: 80 }] };
  await hns.create(balancer("L2", udp), NEVER);
  const { FrontendVIPs: _, ...nodePort } = BALANCER;
  await hns.create(balancer("L3", nodePort), NEVER);
  await refused(hns.create(balancer("L4", nodePort), NEVER), "port-exists");
  await hns.create(balancer("L4", { ...nodePort, Flags: 2 }), NEVER);
});

Deno.test.each(
  [
    { version: { major: 16, minor: 0 }, changes: true, fails: null },
    { version: { major: 15, minor: 4 }, changes: false, fails: null },
    { version: { major: 14, minor: 0 }, changes: false, fails: "not-implemented" },
  ] as const,
)("Modify on HNS $version", async ({ version, changes, fails }) => {
  const hns = emulator({ version });
  await hns.create(endpoint("E1"), NEVER);
  await hns.create(balancer("L1"), NEVER);
  const call = hns.modifyLoadBalancer("L1", { ...BALANCER, HostComputeEndpoints: ["E1"] }, NEVER);
  if (fails === null) await call;
  else await refused(call, fails);
  const ids = field(await hns.get("load-balancer", "L1", NEVER), "HostComputeEndpoints");
  assert.deepEqual(ids, changes ? ["E1"] : [POD.toLowerCase()]);
});

Deno.test("Modify does not move a load balancer to another frontend", async () => {
  const hns = emulator();
  await hns.create(balancer("L1"), NEVER);
  const moved = { ...BALANCER, FrontendVIPs: ["10.96.0.11"] };
  await refused(hns.modifyLoadBalancer("L1", moved, NEVER), "invalid-policy");
});

Deno.test.each([
  {
    version: { major: 11, minor: 11 },
    document: {
      PortMappings: [{ Protocol: 6, InternalPort: 80, ExternalPort: 80, DistributionType: 2 }],
    },
  },
  { version: { major: 11, minor: 9 }, document: { Flags: 2 } },
  { version: { major: 10, minor: 1 }, document: { Flags: 1 } },
])("HNS $version does not take $document", async ({ version, document }) => {
  await refused(
    emulator({ version }).create(balancer("L", { ...BALANCER, ...document }), NEVER),
    "invalid-policy",
  );
});

Deno.test("a service that restarts fails every call, keeps what it has, and drops what was degraded", async () => {
  const hns = emulator({ deleteInUse: "degrade" });
  const events: HnsEvent[] = [];
  const unwatch = hns.watch((event) => events.push(event));
  await hns.create(endpoint("E1"), NEVER);
  await hns.create(balancer("L1", { ...BALANCER, HostComputeEndpoints: ["E1"] }), NEVER);
  await hns.delete("endpoint", "E1", NEVER);
  await refused(hns.delete("load-balancer", "L1", NEVER), "endpoint-not-found");
  hns.stop();
  await refused(hns.list("endpoint", NEVER), "rpc-unavailable");
  hns.start();
  assert.equal((await hns.list("endpoint", NEVER)).length, 1);
  assert.equal((await hns.list("load-balancer", NEVER)).length, 0);
  unwatch();
  hns.removeNetwork(BRIDGE);
  assert.deepEqual(events, [{ type: "disconnected" }]);
});

Deno.test("calls can be slow, and can be told to fail, before or after their work", async () => {
  const gate = Promise.withResolvers<void>();
  const hns = emulator({
    delay: ({ n }) => n === 1 ? gate.promise : Promise.resolve(),
    fault: ({ n }) => n === 2 ? { hresult: 0x800706be, afterwards: true } : null,
  });
  const slow = hns.create(endpoint("E1"), NEVER);
  await refused(hns.create(endpoint("E2"), NEVER), "rpc-failed");
  assert.deepEqual(hns.calls, { all: 2, writes: 2, peak: 2 });
  gate.resolve();
  await slow;
  assert.equal((await hns.list("endpoint", NEVER)).length, 3);
});

Deno.test("second endpoints of one address, and ids of its own choice, as some builds have it", async () => {
  const strict = emulator({ refuseDuplicateIps: true });
  await strict.create(endpoint("E1"), NEVER);
  await refused(strict.create(endpoint("E2"), NEVER), "address-reserved");
  const own = emulator({ choosesIds: true });
  assert.notEqual(field(await own.create(endpoint("E1"), NEVER), "ID"), "E1");
});

Deno.test("a file keeps what nobody changed, and is written whole", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/hns.json`;
    const odd = {
      Networks: [BRIDGE_NETWORK],
      Endpoints: [{ Name: "no id", X: { Y: 1 } }],
      LoadBalancers: [{ ID: "Q", PortMappings: [], Odd: null }],
    };
    await Deno.writeTextFile(path, JSON.stringify(odd));
    const opened = await openFileEmulator(path);
    assert(opened.ok);
    await opened.emulator.create(endpoint("E1"), NEVER);
    await opened.emulator.close();
    const read = readState(await Deno.readTextFile(path));
    assert(read.ok);
    assert.deepEqual(read.state.LoadBalancers, odd.LoadBalancers);
    assert.deepEqual(read.state.Endpoints.map((each) => field(each, "ID")), ["E1", undefined]);
    const unread = await openFileEmulator(path, { writeBack: false });
    assert(unread.ok);
    await unread.emulator.delete("endpoint", "E1", NEVER);
    await unread.emulator.close();
    assert.equal(await Deno.readTextFile(path), stateText(read.state));
    assert((await openFileEmulator(`${folder}/none.json`)).ok);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test.each([
  { text: "nope", says: "it is not JSON" },
  { text: "[]", says: "it is not an object with the lists" },
  { text: '{"Endpoints": {}}', says: "Endpoints is not a list of objects" },
  { text: '{"Networks": [1]}', says: "Networks is not a list of objects" },
])("a file with $text is refused: $says", ({ text, says }) => {
  const read = readState(text);
  assert(!read.ok && read.error.startsWith(says), JSON.stringify(read));
});
