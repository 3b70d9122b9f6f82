import assert from "node:assert/strict";
import { fakeIp } from "./_fake_ip.ts";
import type { AddressManager } from "./addresses.ts";
import { openIproute2 } from "./iproute2.ts";
import { OWN_METRIC, parseAddresses, type RunIp } from "./iproute2_command.ts";

const { signal } = new AbortController();

async function open(run: RunIp, create = false): Promise<AddressManager> {
  const opened = await openIproute2({ device: "windlass0", create, run }, signal);
  if (!opened.ok) throw new Error(opened.error);
  return opened.manager;
}

async function whyNot(run: RunIp, device = "windlass0"): Promise<string> {
  const opened = await openIproute2({ device, run, timeoutMs: 10 }, signal);
  return opened.ok ? "" : opened.error;
}

const OK = { ok: true };

Deno.test("addresses of both families are put on and taken off, each as often as one likes", async () => {
  const ip = fakeIp();
  const manager = await open(ip.run);
  const opening = ip.calls.length;
  for (const address of ["10.96.0.10", "10.96.0.10", "fd00::10"]) {
    assert.deepEqual(await manager.assign(address, signal), OK);
  }
  assert.deepEqual(ip.entries(), ["10.96.0.10/32 windlass0", "fd00::10/128 windlass0"]);
  for (const address of ["10.96.0.10", "10.96.0.10", "fd00:0::10", "10.96.0.77"]) {
    assert.deepEqual(await manager.release(address, signal), OK);
  }
  assert.deepEqual(ip.entries(), []);
  assert.deepEqual(ip.calls.slice(opening), [
    `address add 10.96.0.10/32 dev windlass0 metric ${OWN_METRIC}`,
    `address add fd00::10/128 dev windlass0 metric ${OWN_METRIC} nodad`,
    "address del 10.96.0.10/32 dev windlass0",
    "address del fd00::10/128 dev windlass0",
  ]);
});

Deno.test("what a run before has left is swept in one call, and nothing of anybody else's", async () => {
  const ip = fakeIp([
    { device: "windlass0", cidr: "10.96.0.10/32", metric: OWN_METRIC },
    { device: "windlass0", cidr: "fd00::10/128", metric: OWN_METRIC },
    { device: "windlass0", cidr: "10.96.0.11/32" },
    { device: "windlass0", cidr: "10.96.0.12/24", metric: OWN_METRIC },
    { device: "eth0", cidr: "10.96.0.13/32", metric: OWN_METRIC },
  ]);
  await open(ip.run);
  assert.deepEqual(ip.entries(), [
    "10.96.0.11/32 windlass0",
    "10.96.0.12/24 windlass0",
    "10.96.0.13/32 eth0",
  ]);
  assert.ok(ip.calls.includes(
    "-force -batch - <address del 10.96.0.10/32 dev windlass0, address del fd00::10/128 dev windlass0",
  ));
});

Deno.test("an address that the machine has is fine, and is not taken off", async () => {
  const ip = fakeIp([{ device: "eth0", cidr: "192.0.2.1/24" }]);
  const manager = await open(ip.run);
  assert.deepEqual(await manager.assign("192.0.2.1", signal), OK);
  assert.deepEqual(await manager.release("192.0.2.1", signal), OK);
  assert.deepEqual(ip.entries(), ["192.0.2.1/24 eth0"]);
});

Deno.test("an address that somebody put there since is fine, and is not taken off", async () => {
  const ip = fakeIp();
  const manager = await open(ip.run);
  await ip.run(["address", "add", "10.96.0.10/32", "dev", "windlass0", "metric", "5"], { signal });
  assert.deepEqual(await manager.assign("10.96.0.10", signal), OK);
  assert.deepEqual(await manager.release("10.96.0.10", signal), OK);
  assert.deepEqual(ip.entries(), ["10.96.0.10/32 windlass0"]);
});

Deno.test("an address that somebody took off is fine to release", async () => {
  const ip = fakeIp();
  const manager = await open(ip.run);
  await manager.assign("10.96.0.10", signal);
  await ip.run(["address", "del", "10.96.0.10/32", "dev", "windlass0"], { signal });
  assert.deepEqual(await manager.release("10.96.0.10", signal), OK);
});

Deno.test("an address that cannot be taken off nor looked for is still ours, and released later", async () => {
  const ip = fakeIp();
  let works = true;
  const manager = await open((args, limits) => {
    if (!works) return Promise.resolve({ code: 1, stdout: "", stderr: "out of memory" });
    return ip.run(args, limits);
  });
  assert.deepEqual(await manager.assign("10.96.0.10", signal), OK);
  works = false;
  const refused = await manager.release("10.96.0.10", signal);
  assert.ok(!refused.ok && refused.retry && /out of memory/.test(refused.error));
  assert.ok(manager.owns("10.96.0.10"));
  works = true;
  assert.deepEqual(await manager.release("10.96.0.10", signal), OK);
  assert.deepEqual(ip.entries(), []);
});

Deno.test("a missing interface is made where that is asked, and an error where not", async () => {
  const made = fakeIp([], ["eth0"]);
  await open(made.run, true);
  assert.deepEqual(made.calls.slice(1, 3), [
    "link add windlass0 type dummy",
    "link set dev windlass0 up",
  ]);
  assert.equal(
    await whyNot(fakeIp([], ["eth0"]).run),
    'Cannot use interface "windlass0" for service addresses: ' +
      '"ip -j link show dev windlass0" ended with 2: Device "windlass0" does not exist.; ' +
      "name an interface that is there, or make it first",
  );
});

for (const device of ["", "..", "a/b", "-x", "eth0; reboot", "sixteen-letters-"]) {
  Deno.test(`"${device}" is refused as an interface before anything is called`, async () => {
    const ip = fakeIp();
    assert.match(await whyNot(ip.run, device), /is not an interface's name/);
    assert.deepEqual(ip.calls, []);
  });
}

Deno.test.each([
  { error: new Deno.errors.NotFound("No such file"), says: /install iproute2/ },
  {
    error: new Deno.errors.NotCapable("Requires run access"),
    says: /allow it with --allow-run=ip/,
  },
  { error: new Error("odd"), says: /cannot be called: odd/ },
])("an ip that cannot be called for $error.name says what to do", async ({ error, says }) => {
  assert.match(await whyNot(() => Promise.reject(error)), says);
});

Deno.test("what ip complains of is passed on, with advice", async () => {
  const ip = fakeIp();
  const manager = await open(async (args, options) =>
    args.includes("add")
      ? { code: 2, stdout: "", stderr: "RTNETLINK answers: Operation not permitted\n" }
      : await ip.run(args, options)
  );
  assert.deepEqual(await manager.assign("10.96.0.10", signal), {
    ok: false,
    error: 'Cannot assign 10.96.0.10 to interface "windlass0": ' +
      `"ip address add 10.96.0.10/32 dev windlass0 metric ${OWN_METRIC}" ended with 2: ` +
      "RTNETLINK answers: Operation not permitted; run as root or with the capability CAP_NET_ADMIN",
    retry: true,
  });
});

Deno.test("an ip that hangs is stopped", async () => {
  const hangs: RunIp = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  assert.match(await whyNot(hangs), /did not end within 10 ms and was stopped/);
});

Deno.test("an ip that prints no JSON says which version does", async () => {
  const text = "1: lo: <LOOPBACK,UP>";
  const why = await whyNot(() => Promise.resolve({ code: 0, stdout: text, stderr: "" }));
  assert.match(why, /printed "1: lo: <LOOPBACK,UP>" and no list in JSON; iproute2 4\.18/);
});

Deno.test("parseAddresses() reads what ip prints, and leaves out what is no address", () => {
  const json = JSON.stringify([
    {},
    null,
    { ifname: "lo", addr_info: [{ family: "inet", local: "127.0.0.1", prefixlen: 8 }, 7, {}] },
    {
      ifname: "windlass0",
      addr_info: [
        { family: "inet6", local: "FD00:0::10", prefixlen: 128, metric: OWN_METRIC },
        { family: "mpls", local: "nowhere", prefixlen: 8 },
      ],
    },
  ]);
  assert.deepEqual(parseAddresses(json), [
    { device: "lo", ip: "127.0.0.1", family: "IPv4", prefix: 8, own: false },
    { device: "windlass0", ip: "fd00::10", family: "IPv6", prefix: 128, own: true },
  ]);
  assert.deepEqual(parseAddresses("\n"), []);
  assert.equal(parseAddresses("{}"), null);
  assert.equal(parseAddresses("nonsense"), null);
});
