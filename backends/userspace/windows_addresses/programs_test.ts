import assert from "node:assert/strict";
import { openNetsh } from "./netsh.ts";
import { platformLook } from "./platform_look.ts";
import { openPowerShell } from "./powershell.ts";
import { programAt, type RunProgram } from "./programs.ts";
import type { AddressWay, OpenedWay } from "./way.ts";

const ON = { name: "vEthernet (it's ‘odd’)", description: "", luid: null };

function wayOf(opened: OpenedWay): AddressWay {
  assert.ok(opened.ok, opened.ok ? "" : opened.why);
  return opened.way;
}

/** The script in the arguments of PowerShell. */
function scriptOf(args: readonly string[]): string {
  assert.deepEqual(args.slice(0, 4), [
    "-NoLogo",
    "-NoProfile",
    "-NonInteractive",
    "-EncodedCommand",
  ]);
  const bytes = Uint8Array.fromBase64(args[4] ?? "");
  return new TextDecoder("utf-16le").decode(bytes);
}

/** A PowerShell that notes its scripts and answers each address by the function. */
function powerShell(answer: (ip: string) => string) {
  const scripts: string[] = [];
  const run: RunProgram = (args) => {
    const script = scriptOf(args);
    scripts.push(script);
    const ips = /foreach \(\$ip in (.*)\) \{/.exec(script)?.[1]?.split(",") ?? [];
    const lines = ips.map((ip) => answer(ip.replaceAll("'", "")));
    return Promise.resolve({ code: 0, text: ["windlass-ready", ...lines].join("\r\n") });
  };
  return { run, scripts };
}

Deno.test("PowerShell is given addresses by the hundred, and told how they are to be", async () => {
  const { run, scripts } = powerShell((ip) => `ok ${ip}`);
  const way = wayOf(await openPowerShell({ run }));
  const ips = Array.from({ length: 250 }, (_, each) => `10.96.0.${each}`);
  assert.deepEqual(await way.add(ON, ips), new Map());
  assert.equal(scripts.length, 1 + 3);
  assert.match(
    scripts[1] ?? "",
    /New-NetIPAddress -InterfaceAlias 'vEthernet \(it''s ‘‘odd’’\)' -IPAddress \$ip -PrefixLength \$length -SkipAsSource \$true -PolicyStore ActiveStore/,
  );
  assert.match(scripts[1] ?? "", /'10\.96\.0\.0','10\.96\.0\.1'/);
  await way.remove(ON, ["fd00::10"]);
  assert.match(
    scripts.at(-1) ?? "",
    /Remove-NetIPAddress .* -PolicyStore ActiveStore -Confirm:\$false/,
  );
});

Deno.test("a cmdlet's error is known by its id, which nobody translates", async () => {
  const ids: Readonly<Record<string, string>> = {
    "10.96.0.1": "Windows System Error 5,New-NetIPAddress",
    "10.96.0.2": "CmdletizationQuery_NotFound,New-NetIPAddress",
    "10.96.0.3": "",
  };
  const { run } = powerShell((ip) => ip in ids ? `no ${ip} ${ids[ip]}` : "Größe");
  const way = wayOf(await openPowerShell({ run }));
  const refused = await way.add(ON, ["10.96.0.1", "10.96.0.2", "10.96.0.3", "10.96.0.4"]);
  const why = [...refused.values()].map((each) => each.why);
  assert.match(why[0] ?? "", /New-NetIPAddress answered 5, access is denied/);
  assert.match(why[1] ?? "", /answered CmdletizationQuery_NotFound/);
  assert.match(why[2] ?? "", /an error without an id/);
  assert.match(why[3] ?? "", /answered nothing for it: PowerShell ended with 0/);
});

Deno.test("a PowerShell without the cmdlets is not used", async () => {
  const opened = await openPowerShell({ run: () => Promise.resolve({ code: 0, text: "" }) });
  assert.match(
    opened.ok ? "" : opened.why,
    /no cmdlet New-NetIPAddress: it ended with 0 and wrote ""/,
  );
});

Deno.test("netsh is called for each address, in its words for each family", async () => {
  const calls: string[] = [];
  const run: RunProgram = (args) => {
    calls.push(args.join(" "));
    return Promise.resolve({ code: 0, text: "Idx" });
  };
  const way = wayOf(await openNetsh({ run }));
  assert.deepEqual(await way.add(ON, ["10.96.0.1", "fd00::10"]), new Map());
  assert.deepEqual(await way.remove(ON, ["10.96.0.1"]), new Map());
  const { name } = ON;
  assert.deepEqual(calls.slice(1), [
    `interface ipv4 set interface interface=${name} dadtransmits=0 store=active`,
    `interface ipv6 set interface interface=${name} dadtransmits=0 store=active`,
    `interface ipv4 add address name=${name} address=10.96.0.1/32 skipassource=true store=active`,
    `interface ipv6 add address interface=${name} address=fd00::10/128 skipassource=true store=active`,
    `interface ipv4 delete address name=${name} address=10.96.0.1 store=active`,
  ]);
});

Deno.test("what netsh says is passed on, in whatever language", async () => {
  const answers = ["Idx", "", "Der angeforderte Vorgang\r\nerfordert erhöhte Rechte."];
  const run: RunProgram = () => {
    const text = answers.shift() ?? "";
    return Promise.resolve({ code: answers.length === 0 ? 1 : 0, text });
  };
  const refused = await wayOf(await openNetsh({ run })).add(ON, ["10.96.0.1"]);
  assert.match(
    refused.get("10.96.0.1")?.why ?? "",
    /ended with 1: Der angeforderte Vorgang erfordert erhöhte Rechte\.; it must run as/,
  );
});

Deno.test("a netsh that says nothing is none", async () => {
  const opened = await openNetsh({ run: () => Promise.resolve({ code: 0, text: "" }) });
  assert.match(opened.ok ? "" : opened.why, /it ended with 0 and wrote nothing/);
});

Deno.test("a program that is not there is named", async () => {
  await assert.rejects(
    programAt("/nowhere/netsh.exe")([], 1000),
    /"\/nowhere\/netsh\.exe" (cannot be used|may not be run)/,
  );
});

Deno.test("a program that does not end is stopped", async () => {
  const forever = "for await (const _ of Deno.stdin.readable); setInterval(() => {}, 1000)";
  await assert.rejects(
    programAt(Deno.execPath())(["eval", forever], 50),
    /did not end within 50 ms and was stopped/,
  );
});

Deno.test("platformLook() reads Deno's list", () => {
  const look = platformLook(() => [
    { name: "Ethernet", address: "192.0.2.1", cidr: "192.0.2.1/24" },
    { name: "Ethernet", address: "FE80::1", cidr: "FE80::1/64" },
  ]);
  assert.deepEqual(look.interfaces.map(({ name }) => name), ["Ethernet"]);
  assert.deepEqual(look.addresses.map(({ ip, prefix, state }) => [ip, prefix, state]), [
    ["192.0.2.1", 24, "unknown"],
    ["fe80::1", 64, "unknown"],
  ]);
});
