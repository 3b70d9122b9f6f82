/**
 * What runs inside Wine: the address manager of Windows with stand-ins for what Wine lacks. Its
 * arguments are the step, the folder with the stand-ins, and the file that they keep their state in.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openWindowsAddresses } from "../../../backends/mod.ts";
import { openIpHelper } from "../../../backends/userspace/windows_addresses/ip_helper.ts";
import { openNetsh } from "../../../backends/userspace/windows_addresses/netsh.ts";
import { openPowerShell } from "../../../backends/userspace/windows_addresses/powershell.ts";
import { programAt } from "../../../backends/userspace/windows_addresses/programs.ts";
import type { OpenedWay } from "../../../backends/userspace/windows_addresses/way.ts";

const [step = "", folder = "", state = ""] = Deno.args;
const { signal } = new AbortController();
const OK = { ok: true };
const NIC = "vEthernet (HNS Internal NIC)";

function wayOf(opened: OpenedWay) {
  assert.ok(opened.ok, opened.ok ? "" : opened.why);
  return opened.way;
}

const ipHelper = () => openIpHelper([`${folder}\\ip_helper.dll`]);

async function manager() {
  const opened = await openWindowsAddresses({
    way: "auto",
    named: null,
    fromEnvironment: null,
    journal: `${state}.journal`,
    open: () => Promise.resolve(ipHelper()),
    keepMs: 3_600_000,
  });
  assert.ok(opened.ok, opened.ok ? "" : opened.error);
  return opened.manager;
}

async function listed(): Promise<readonly string[]> {
  const way = wayOf(ipHelper());
  const { addresses } = await way.look();
  way.close();
  return addresses.map(({ ip, interfaceName }) => `${ip} ${interfaceName}`).toSorted();
}

/** Leaves things as a crash does: it ends without a word. */
function crash(): never {
  Deno.exit(0);
}

const STEPS: Readonly<Record<string, () => Promise<void>>> = {
  async assign() {
    const addresses = await manager();
    for (const ip of ["10.96.0.10", "10.96.0.10", "fd00::10", "192.0.2.7", "127.0.0.5"]) {
      assert.deepEqual(await addresses.assign(ip, signal), OK);
    }
    assert.deepEqual(await listed(), [
      `10.96.0.10 ${NIC}`,
      "192.0.2.7 Ethernet",
      `fd00::10 ${NIC}`,
    ]);
    const look = await wayOf(ipHelper()).look();
    const [own] = look.addresses.filter(({ ip }) => ip === "fd00::10");
    assert.deepEqual(own, {
      ip: "fd00::10",
      prefix: 128,
      interfaceName: NIC,
      state: "preferred",
      skipAsSource: true,
    });
    crash();
  },
  async sweep() {
    const addresses = await manager();
    assert.deepEqual(await listed(), ["192.0.2.7 Ethernet"]);
    assert.deepEqual(await addresses.assign("10.96.0.11", signal), OK);
    assert.deepEqual(await addresses.release("10.96.0.11", signal), OK);
    assert.deepEqual(await listed(), ["192.0.2.7 Ethernet"]);
    await assert.rejects(Deno.stat(`${state}.journal`), Deno.errors.NotFound);
  },
  async denied() {
    await Deno.writeTextFile(`${state}.denied`, "");
    const result = await (await manager()).assign("10.96.0.10", signal);
    assert.match(
      result.ok ? "" : result.error,
      /CreateUnicastIpAddressEntry answered 5, access is denied/,
    );
    await Deno.remove(`${state}.denied`);
  },
  async gone() {
    await Deno.writeTextFile(`${state}.gone`, "");
    const addresses = await manager();
    const early = await addresses.assign("10.96.0.10", signal);
    assert.match(early.ok ? "" : early.error, /no interface .*there are "Ethernet"/);
    await Deno.remove(`${state}.gone`);
    assert.deepEqual(await addresses.assign("10.96.0.10", signal), OK);
    assert.deepEqual(await addresses.release("10.96.0.10", signal), OK);
  },
  async many() {
    const addresses = await manager();
    const ips = Array.from({ length: 2000 }, (_, each) => `10.97.${each >> 8}.${each & 255}`);
    for (let at = 0; at < ips.length; at += 16) { // as many as the agent does at a time
      const batch = ips.slice(at, at + 16).map((ip) => addresses.assign(ip, signal));
      for (const result of await Promise.all(batch)) assert.deepEqual(result, OK);
    }
    assert.equal((await listed()).length, 2001);
    await Promise.all(ips.map((ip) => addresses.release(ip, signal)));
    assert.deepEqual(await listed(), ["192.0.2.7 Ethernet"]);
  },
  wine() {
    // Wine's own library has the functions that look, and not those that change.
    const opened = openIpHelper();
    assert.match(opened.ok ? "" : opened.why, /UnicastIpAddressEntry/);
    return Promise.resolve();
  },
  async powershell() {
    await Deno.writeTextFile(`${state}.answer`, "windlass-ready\r\nok 10.96.0.10\r\n");
    const way = wayOf(await openPowerShell({ run: programAt(`${folder}\\program.exe`) }));
    const on = { name: NIC, description: "", luid: null };
    assert.deepEqual(await way.add(on, ["10.96.0.10"]), new Map());
    const refused = await way.add(on, ["10.96.0.11"]);
    assert.match(refused.get("10.96.0.11")?.why ?? "", /answered nothing for it/);
  },
  async netsh() {
    await Deno.writeTextFile(`${state}.answer`, "Idx");
    const way = wayOf(await openNetsh({ run: programAt(`${folder}\\program.exe`) }));
    const on = { name: NIC, description: "", luid: null };
    assert.deepEqual(await way.add(on, ["10.96.0.10"]), new Map());
    await Deno.writeTextFile(`${state}.code`, "1");
    await Deno.writeTextFile(`${state}.answer`, "The requested operation requires elevation.");
    const refused = await way.remove(on, ["10.96.0.10"]);
    assert.match(refused.get("10.96.0.10")?.why ?? "", /ended with 1: The requested operation/);
    // Wine's own netsh says nothing, so it is not taken for one that works.
    const bare = await openNetsh();
    assert.match(bare.ok ? "" : bare.why, /wrote nothing|cannot be used/);
  },
};

await STEPS[step]?.();
