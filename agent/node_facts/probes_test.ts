import assert from "node:assert/strict";
import { join } from "node:path";
import { hnsEmulator, readState, type RunProgram } from "../../backends/mod.ts";
import type { Probed } from "./facts.ts";
import { overlap, readDynamicRange, readExcludedRanges } from "./port_ranges.ts";
import { probeNode, type ProbeOptions } from "./probes.ts";
import { systemFacts } from "./system.ts";

const DYNAMIC = `
Protokoll tcp Dynamischer Portbereich
---------------------------------
Startport        : 49152
Anzahl von Ports : 16384
`;

const EXCLUDED = `
Ausschlussbereiche für Protokoll "tcp"

Startport   Endport
----------    --------
        80          80
     49693       49792
     50000       50059     *

* - Verwaltete Portausschlüsse.
`;

Deno.test("netsh's ranges are read in any language", () => {
  assert.deepEqual(readDynamicRange(DYNAMIC.replaceAll("\n", "\r\n")), {
    first: 49_152,
    last: 65_535,
  });
  assert.deepEqual(readExcludedRanges(EXCLUDED), [
    { first: 80, last: 80 },
    { first: 49_693, last: 49_792 },
    { first: 50_000, last: 50_059 },
  ]);
  assert.equal(readDynamicRange("The system cannot find the file specified."), null);
  assert.deepEqual(readExcludedRanges(""), []);
});

Deno.test.each([
  { a: [1, 9], b: [9, 20], ports: 1 },
  { a: [1, 9], b: [10, 20], ports: 0 },
  { a: [1, 100], b: [10, 20], ports: 11 },
])("$a and $b have $ports ports in common", ({ a, b, ports }) => {
  const range = ([first = 0, last = 0]: readonly number[]) => ({ first, last });
  assert.equal(overlap(range(a), range(b)), ports);
});

Deno.test.each([
  { release: "10.0.26100", name: "Windows Server 2025" },
  { release: "10.0.20348.2700", name: "Windows Server 2022" },
  { release: "10.0.17763", name: "Windows Server 2019" },
  { release: "6.1.7601", name: "Windows before Server 2016" },
  { release: "odd", name: "Windows before Server 2016" },
])("$release is $name", ({ release, name }) => {
  assert.equal(systemFacts("windows", release).name, name);
});

const OPTIONS: ProbeOptions = {
  name: "n1",
  networkName: null,
  sourceVip: null,
  ipamFolder: "nowhere",
  wish: { named: null, fromEnvironment: null },
  openHns: null,
  os: "windows",
};

function whyOf<T>(probed: Probed<T>): string {
  return probed.state === "found" ? "" : probed.why;
}

Deno.test("a probe that fails leaves the others", async () => {
  const netsh: RunProgram = () => Promise.reject(new Error("no netsh here"));
  const openHns = () => Promise.reject(new Error("no HNS here"));
  const facts = await probeNode({ ...OPTIONS, openHns, netsh });
  assert.deepEqual([whyOf(facts.hns), whyOf(facts.sourceVip), whyOf(facts.ports)], [
    "no HNS here",
    "HNS cannot be asked",
    "no netsh here",
  ]);
  assert.equal(facts.interfaces.state, "found");
});

Deno.test("ports of both protocols come from netsh", async () => {
  const asked: string[] = [];
  const netsh: RunProgram = (args) => {
    asked.push(args.slice(3).join(" "));
    return Promise.resolve({
      code: 0,
      text: args.includes("dynamicportrange") ? DYNAMIC : EXCLUDED,
    });
  };
  const { ports } = await probeNode({ ...OPTIONS, netsh });
  assert.deepEqual(asked, [
    "dynamicportrange tcp",
    "excludedportrange tcp",
    "dynamicportrange udp",
    "excludedportrange udp",
  ]);
  assert.deepEqual(
    ports.state === "found" && ports.value.map(({ of, excluded }) => [of, excluded.length]),
    [["TCP over IPv4", 3], ["UDP over IPv4", 3]],
  );
});

Deno.test("HNS and the CNI's books tell the source VIP", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "vxlan0"));
    await Deno.writeTextFile(join(folder, "vxlan0", "10.244.1.2"), "dummy\r\neth0");
    const subnets = [{ IpAddressPrefix: "10.244.1.0/24" }, { IpAddressPrefix: "rubbish" }];
    const state = readState(JSON.stringify({
      Networks: [
        {
          ID: "a1b2c3d4-0000-4000-8000-000000000001",
          Name: "vxlan0",
          Type: "Overlay",
          Ipams: [{ Subnets: subnets }],
        },
        { ID: "a1b2c3d4-0000-4000-8000-000000000002", Name: "nat" },
      ],
      Endpoints: [],
      LoadBalancers: [],
    }));
    assert.ok(state.ok);
    const openHns = () => Promise.resolve(hnsEmulator(state.state));
    const { hns, sourceVip } = await probeNode({ ...OPTIONS, ipamFolder: folder, openHns });
    assert.deepEqual(
      hns.state === "found" && hns.value.networks.map(({ type, subnets }) => [type, subnets]),
      [
        ["Overlay", ["10.244.1.0/24"]],
        ["NAT", []],
      ],
    );
    assert.equal(sourceVip.state === "found" && sourceVip.value.ip, "10.244.1.2");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
