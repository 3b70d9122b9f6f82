import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../main.ts";
import { type FakeIo, fakeIo } from "../test_io.ts";

const OVERLAY = {
  ID: "a1b2c3d4-0000-4000-8000-000000000001",
  Name: "vxlan0",
  Type: "Overlay",
  Ipams: [{ Subnets: [{ IpAddressPrefix: "10.244.1.0/24" }] }],
};

interface Node {
  readonly folder: string;
  /** Runs a command with the HNS of the test, and the CNI's books in the test's folder. */
  readonly run: (...args: readonly string[]) => Promise<FakeIo & { readonly code: number }>;
}

async function onNode(
  networks: readonly unknown[],
  test: (node: Node) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const hns = join(folder, "hns.json");
  const state = { Networks: networks, Endpoints: [], LoadBalancers: [] };
  await Deno.writeTextFile(hns, JSON.stringify(state));
  const run = async (...args: readonly string[]) => {
    const io = fakeIo();
    const code = await main([...args, "--hns", `emulator:${hns}`, "--ipam-dir", folder], io);
    return { ...io, code };
  };
  try {
    await test({ folder, run });
    assert.deepEqual(JSON.parse(await Deno.readTextFile(hns)), state, "HNS is only looked at");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("source-vip reserves an address in the CNI's books, and finds it again", async () => {
  await onNode([OVERLAY], async ({ folder, run }) => {
    const first = await run("source-vip");
    assert.deepEqual([first.code, first.out(), first.err()], [0, "10.244.1.254\n", ""]);
    const { out } = await run("source-vip", "--network-name", "VXLAN0", "-o", "json");
    assert.deepEqual(JSON.parse(out()), {
      ip: "10.244.1.254",
      rule: "reserved",
      why: "it is reserved in the CNI's books",
      network: "vxlan0",
      type: "Overlay",
    });
    const files = await Array.fromAsync(Deno.readDir(join(folder, "vxlan0")));
    assert.deepEqual(files.map(({ name }) => name), ["10.244.1.254"]);
  });
});

Deno.test("source-vip gives back what a node with another pod CIDR had reserved", async () => {
  await onNode([OVERLAY], async ({ folder, run }) => {
    await Deno.mkdir(join(folder, "vxlan0"));
    const stale = join(folder, "vxlan0", "10.244.9.254");
    await Deno.writeTextFile(stale, "windlass-source-vip\r\neth0");
    const { out, err } = await run("source-vip");
    assert.equal(out(), "10.244.1.254\n");
    assert.match(err(), /Released a source VIP that is in no subnet.*10\.244\.9\.254/);
    await assert.rejects(Deno.stat(stale), Deno.errors.NotFound);
  });
});

Deno.test("source-vip prints nothing where none is needed", async () => {
  await onNode([{ ...OVERLAY, Type: "L2Bridge" }], async ({ run }) => {
    const { code, out } = await run("source-vip");
    assert.deepEqual([code, out()], [0, "\n"]);
  });
});

Deno.test.each([
  { networks: [], says: /the CNI has made no network yet; HNS has none/ },
  { networks: [{ ...OVERLAY, Ipams: [] }], says: /has no subnet of IPv4; wait for the CNI/ },
  {
    networks: [{ ...OVERLAY, Ipams: [{ Subnets: [{ IpAddressPrefix: "10.244.1.0/31" }] }] }],
    says: /no address of 10\.244\.1\.0\/31 is free/,
  },
])("source-vip says why there is none: $says", async ({ networks, says }) => {
  await onNode(networks, async ({ run }) => {
    const { code, err } = await run("source-vip");
    assert.equal(code, 1);
    assert.match(err(), says);
  });
});

Deno.test("source-vip refuses an address that cannot be right", async () => {
  await onNode([OVERLAY], async ({ run }) => {
    const { code, err } = await run("source-vip", "--source-vip", "10.9.9.9");
    assert.equal(code, 1);
    assert.match(err(), /Cannot use the source VIP: 10\.9\.9\.9 is in no subnet/);
  });
});

Deno.test("node tells what is missing, and ends with 1 as long as something is", async () => {
  await onNode([OVERLAY], async ({ run }) => {
    const before = await run("node", "--network-name", "vxlan0");
    assert.match(before.out(), /^Networks: +vxlan0, Overlay, 10\.244\.1\.0\/24/m);
    assert.match(before.out(), /^INFO source-vip-missing: /m);
    assert.equal((await run("node", "--network-name", "vxlan1")).code, 1);
    await run("source-vip");
    const { code, out } = await run("node", "--network-name", "vxlan0", "-o", "json");
    const { name, networkName, sourceVip, findings } = JSON.parse(out());
    assert.deepEqual([name, networkName, sourceVip.value.ip], ["host-1", "vxlan0", "10.244.1.254"]);
    const rules = findings.map(({ rule }: { readonly rule: string }) => rule);
    assert.ok(!rules.includes("source-vip-missing"), rules.join());
    // What else there is depends on the machine: an old Wine is an old Windows.
    const errors = findings.filter(({ severity }: { severity: string }) => severity === "error");
    assert.equal(code, errors.length === 0 ? 0 : 1);
  });
});
