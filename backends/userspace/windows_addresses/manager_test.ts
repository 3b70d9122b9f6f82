import assert from "node:assert/strict";
import type { Logger } from "../../../core/mod.ts";
import type { ApplyResult } from "../../backend.ts";
import type { AddressManager } from "../addresses.ts";
import { Machine, NIC } from "./_machine.ts";
import type { Journal, OwnAddresses } from "./journal.ts";
import { openWindowsAddresses, type WindowsAddressOptions } from "./open.ts";

const { signal } = new AbortController();
const OK = { ok: true };

function errorOf(result: ApplyResult): string {
  return result.ok ? "" : result.error;
}

class MemoryJournal implements Journal {
  own: OwnAddresses = new Map();
  broken = false;

  read(): Promise<OwnAddresses> {
    return this.broken ? Promise.reject(new Error("Cannot read it")) : Promise.resolve(this.own);
  }

  write(own: OwnAddresses): Promise<void> {
    if (this.broken) return Promise.reject(new Error("Cannot write it"));
    this.own = new Map(Array.from(own, ([name, ips]) => [name, new Set(ips)]));
    return Promise.resolve();
  }

  list(): readonly string[] {
    return [...this.own.values()].flatMap((ips) => [...ips]);
  }
}

/** Timers that the test lets go off, all that are set at a time. */
class Alarms {
  readonly set = new Set<() => void>();

  readonly setTimer = (callback: () => void): () => void => {
    this.set.add(callback);
    return () => this.set.delete(callback);
  };

  async ring(): Promise<void> {
    const due = [...this.set];
    this.set.clear();
    for (const each of due) each();
    await turns();
  }
}

/** Lets every promise that can go on go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

function rig(machine: Machine, more: Partial<WindowsAddressOptions> = {}) {
  const journal = new MemoryJournal();
  const alarms = new Alarms();
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  const log: Logger = { v: () => null, info: write, warn: write, error: write };
  const open = () =>
    openWindowsAddresses({
      way: "iphelper",
      named: null,
      fromEnvironment: null,
      journal,
      log,
      open: () => Promise.resolve({ ok: true, way: machine }),
      canBind: () => false,
      setTimer: alarms.setTimer,
      ...more,
    });
  const manager = async (): Promise<AddressManager> => {
    const opened = await open();
    if (!opened.ok) throw new Error(opened.error);
    return opened.manager;
  };
  return { journal, alarms, lines, open, manager };
}

Deno.test("addresses of both families are put on and taken off, each as often as one likes", async () => {
  const machine = new Machine();
  const { manager, journal, alarms } = rig(machine);
  const addresses = await manager();
  for (const ip of ["10.96.0.10", "10.96.0.10", "FD00:0::10"]) {
    assert.deepEqual(await addresses.assign(ip, signal), OK);
  }
  assert.deepEqual(machine.list(), ["10.96.0.10", "fd00::10"]);
  assert.deepEqual(journal.list(), ["10.96.0.10", "fd00::10"]);
  for (const ip of ["10.96.0.10", "10.96.0.10", "fd00::10", "10.96.0.77"]) {
    assert.deepEqual(await addresses.release(ip, signal), OK);
  }
  assert.deepEqual([machine.list(), journal.list(), alarms.set.size], [[], [], 0]);
});

Deno.test("2,000 addresses go in batches, as many as are asked for at a time", async () => {
  const machine = new Machine();
  const { manager } = rig(machine);
  const addresses = await manager();
  const ips = Array.from({ length: 2000 }, (_, each) => `10.96.${each >> 8}.${each & 255}`);
  const results = await Promise.all(ips.map((ip) => addresses.assign(ip, signal)));
  assert.ok(results.every(({ ok }) => ok));
  assert.deepEqual(machine.list().toSorted(), ips.toSorted());
  assert.deepEqual(machine.calls, ["look", "look", "add 2000", "look"]);
});

Deno.test("what a run before has left is taken off, and nothing of anybody else's", async () => {
  const machine = new Machine();
  const { manager, journal } = rig(machine);
  await (await manager()).assign("10.96.0.10", signal); // and there it crashes
  journal.own = new Map([[NIC, new Set(["10.96.0.10", "10.96.0.11", "10.96.0.12", "10.96.0.13"])]]);
  machine.has("10.96.0.11", "Ethernet");
  machine.has("10.96.0.12", NIC, { prefix: 24 });
  machine.has("10.96.0.13", NIC, { skipAsSource: false });
  machine.has("10.96.0.14", NIC);
  await manager();
  assert.deepEqual(machine.addresses.map(({ ip }) => ip), [
    "10.96.0.11",
    "10.96.0.12",
    "10.96.0.13",
    "10.96.0.14",
  ]);
  assert.deepEqual(journal.list(), []);
});

Deno.test("an address that the machine has is fine, and is not taken off", async () => {
  const machine = new Machine();
  machine.has("192.0.2.1", "Ethernet");
  const { manager, journal } = rig(machine);
  const addresses = await manager();
  assert.deepEqual(await addresses.assign("192.0.2.1", signal), OK);
  assert.deepEqual(await addresses.release("192.0.2.1", signal), OK);
  assert.deepEqual(machine.addresses.map(({ ip }) => ip), ["192.0.2.1"]);
  assert.deepEqual(journal.list(), []);
});

Deno.test("loopback addresses need no interface", async () => {
  const machine = new Machine({ interfaces: ["Ethernet"] });
  const addresses = await rig(machine).manager();
  for (const ip of ["127.0.0.1", "127.12.0.5", "::1"]) {
    assert.deepEqual(await addresses.assign(ip, signal), OK);
  }
  assert.deepEqual(machine.addresses, []);
});

Deno.test("an interface that is named and not there is an error with the names of those that are", async () => {
  const machine = new Machine();
  const opened = await rig(machine, { named: "vEthernet (Oops)" }).open();
  assert.ok(!opened.ok);
  assert.match(opened.error, /"vEthernet \(Oops\)".*"Ethernet", "vEthernet \(HNS Internal NIC\)"/);
  assert.ok(machine.calls.includes("close"));
});

Deno.test("an interface that is not named is waited for, and taken when it comes", async () => {
  const machine = new Machine({ interfaces: ["Ethernet"] });
  const { manager, lines } = rig(machine);
  const addresses = await manager();
  const early = await addresses.assign("10.96.0.10", signal);
  assert.ok(!early.ok && early.retry);
  assert.match(early.error, /no interface "vEthernet \(HNS Internal NIC\)".*there are "Ethernet"/);
  machine.interfaces = ["Ethernet", NIC];
  assert.deepEqual(await addresses.assign("10.96.0.10", signal), OK);
  assert.match(lines.join("\n"), /must wait.*\n.*The interface for service addresses is there/s);
});

Deno.test("addresses come back with an interface that was gone, and each is told once", async () => {
  const machine = new Machine();
  const { manager, alarms, lines } = rig(machine);
  const addresses = await manager();
  await addresses.assign("10.96.0.10", signal);
  await addresses.assign("10.96.0.11", signal);
  machine.drop(NIC);
  await alarms.ring();
  await alarms.ring();
  assert.equal(lines.filter((line) => line.startsWith("Cannot put service addresses")).length, 1);
  assert.deepEqual(await addresses.release("10.96.0.11", signal), OK);
  machine.interfaces = ["Ethernet", NIC];
  await alarms.ring();
  assert.deepEqual(machine.list(), ["10.96.0.10"]);
  assert.equal(lines.at(-1), "Put back service addresses that were gone");
});

Deno.test("a tentative address is waited for, and a wait that is too long says how it stands", async () => {
  const machine = new Machine({ state: "tentative" });
  const { manager, alarms } = rig(machine, { waitMs: 400 });
  const addresses = await manager();
  const early = addresses.assign("10.96.0.10", signal);
  await turns();
  machine.addresses = machine.addresses.map((each) => ({ ...each, state: "preferred" }));
  await alarms.ring();
  assert.deepEqual(await early, OK);
  const never = addresses.assign("10.96.0.11", signal);
  await turns();
  for (let look = 0; look < 3; look++) await alarms.ring();
  const result = await never;
  assert.ok(!result.ok && result.retry);
  assert.match(result.error, /^Cannot use 10\.96\.0\.11: after 400 ms it is tentative; "Get-Net/);
  assert.ok(machine.list().includes("10.96.0.11"), "the next try shall not begin the wait anew");
});

Deno.test("where the way does not tell the state, a socket does", async () => {
  const machine = new Machine({ state: "unknown" });
  let bindable = false;
  const { manager, alarms } = rig(machine, { canBind: () => bindable });
  const result = (await manager()).assign("10.96.0.10", signal);
  await turns();
  bindable = true;
  await alarms.ring();
  assert.deepEqual(await result, OK);
});

Deno.test("an address that another machine on the link has is said so and not kept", async () => {
  const machine = new Machine({ state: "duplicate" });
  const { manager, journal } = rig(machine);
  const result = await (await manager()).assign("10.96.0.10", signal);
  assert.ok(!result.ok && result.retry);
  assert.match(result.error, /another machine on the link of interface "vEthernet .* has it/);
  assert.deepEqual([machine.list(), journal.list()], [[], []]);
});

Deno.test("a wait ends when it is told to", async () => {
  const machine = new Machine({ state: "tentative" });
  const { manager } = rig(machine);
  const stop = new AbortController();
  const result = (await manager()).assign("10.96.0.10", stop.signal);
  await turns();
  stop.abort();
  assert.match(errorOf(await result), /^Stopped waiting/);
});

Deno.test.each([
  { code: 5, says: /answered 5, access is denied; run as NT AUTHORITY\\SYSTEM/, retry: true },
  { code: 87, says: /answered 87, Windows takes this for no address/, retry: false },
  { code: 1450, says: /answered 1450; "net helpmsg 1450" tells/, retry: true },
])("Windows' refusal $code says what to do, and leaves no trace", async ({ code, says, retry }) => {
  const machine = new Machine();
  machine.refuses = code;
  const { manager, journal } = rig(machine);
  const result = await (await manager()).assign("10.96.0.10", signal);
  assert.ok(!result.ok);
  assert.equal(result.retry, retry);
  assert.match(result.error, says);
  assert.deepEqual(journal.list(), []);
});

Deno.test("a refusal to take an address off is told, and the address stays in the books", async () => {
  const machine = new Machine();
  const { manager, journal } = rig(machine);
  const addresses = await manager();
  await addresses.assign("10.96.0.10", signal);
  machine.refuses = 5;
  const result = await addresses.release("10.96.0.10", signal);
  assert.match(errorOf(result), /^Cannot take 10\.96\.0\.10 off interface/);
  machine.refuses = 0;
  assert.deepEqual(await addresses.release("10.96.0.10", signal), OK);
  assert.deepEqual([machine.list(), journal.list()], [[], []]);
});

Deno.test("a machine that cannot be looked at fails the batch, and is tried again", async () => {
  const machine = new Machine();
  const { manager } = rig(machine);
  const addresses = await manager();
  machine.broken = new Error("RPC is down");
  const result = await addresses.assign("10.96.0.10", signal);
  assert.deepEqual(result, {
    ok: false,
    error: "Cannot assign addresses: RPC is down",
    retry: true,
  });
  machine.broken = null;
  assert.deepEqual(await addresses.assign("10.96.0.10", signal), OK);
});

Deno.test("a journal that cannot be used is told once, and services are served", async () => {
  const machine = new Machine();
  const { manager, journal, lines } = rig(machine);
  journal.broken = true;
  const addresses = await manager();
  assert.deepEqual(await addresses.assign("10.96.0.10", signal), OK);
  assert.deepEqual(lines.filter((line) => line.startsWith("Cannot")), [
    "Cannot read it. What a run before has left stays as it is",
    "Cannot write it",
  ]);
});

Deno.test("what is no address is refused for good", async () => {
  const result = await (await rig(new Machine()).manager()).assign("10.96.0.256", signal);
  assert.deepEqual(result, {
    ok: false,
    error: "Cannot assign 10.96.0.256: it is not an IP address",
    retry: false,
  });
});

Deno.test("auto takes the first way that works, and tells why not the better ones", async () => {
  const machine = new Machine();
  const asked: string[] = [];
  const { open, lines } = rig(machine, {
    way: "auto",
    open: (way) => {
      asked.push(way);
      return Promise.resolve(
        way === "netsh" ? { ok: true, way: machine } : { ok: false, why: "no" },
      );
    },
  });
  assert.ok((await open()).ok);
  assert.deepEqual(asked, ["iphelper", "powershell", "netsh"]);
  assert.match(lines[0] ?? "", /cannot be used: iphelper: no; powershell: no$/);
});

Deno.test("without any way there is an error with all the reasons", async () => {
  const opened = await rig(new Machine(), {
    way: "auto",
    open: (way) => Promise.resolve({ ok: false, why: `no ${way}` }),
  }).open();
  assert.deepEqual(opened, {
    ok: false,
    error: "Cannot manage service addresses: iphelper: no iphelper; powershell: no powershell; " +
      "netsh: no netsh",
    retry: false,
    noWay: true,
  });
});
