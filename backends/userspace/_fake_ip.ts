/**
 * An `ip` of iproute2 for tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { RunIp } from "./iproute2_command.ts";

const { signal } = new AbortController();

interface Entry {
  readonly device: string;
  readonly cidr: string;
  readonly metric?: number;
}

/** An `ip` with the same arguments, the same JSON and the same errors, on a list. */
export function fakeIp(start: readonly Entry[] = [], devices = ["windlass0", "eth0"]) {
  let entries = [...start];
  const links = new Set(devices);
  const calls: string[] = [];
  const ok = (stdout = "") => ({ code: 0, stdout, stderr: "" });
  const fail = (stderr: string) => ({ code: 2, stdout: "", stderr: `${stderr}\n` });
  const list = () =>
    Array.from(links, (ifname) => ({
      ifname,
      addr_info: entries.filter(({ device }) => device === ifname).map(({ cidr, metric }) => {
        const [local, prefix] = cidr.split("/");
        return { local, prefixlen: Number(prefix), ...(metric === undefined ? {} : { metric }) };
      }),
    }));
  const run: RunIp = async (args, { stdin = "" }) => {
    calls.push(
      [...args, ...(stdin === "" ? [] : [`<${stdin.trim().replaceAll("\n", ", ")}`])].join(" "),
    );
    const [object, verb, what = "", dev, device = "", , metric] = args;
    if (object === "-force") {
      for (const line of stdin.trim().split("\n")) await run(line.split(" "), { signal });
      return ok();
    }
    if (args.join(" ") === "-j address show") return ok(JSON.stringify(list()));
    if (verb === "link") {
      return links.has(device) ? ok("[]") : fail(`Device "${device}" does not exist.`);
    }
    if (object === "link" && verb === "add") return links.add(what), ok();
    if (object === "link") return ok();
    assert.deepEqual([object, dev], ["address", "dev"]);
    const found = entries.find((each) => each.device === device && each.cidr === what);
    if (!links.has(device)) return fail(`Cannot find device "${device}"`);
    if (verb === "add") {
      if (found !== undefined) return fail("Error: ipv4: Address already assigned.");
      entries.push({ device, cidr: what, metric: Number(metric) });
      return ok();
    }
    if (found === undefined) return fail("Error: ipv4: Address not found.");
    entries = entries.filter((each) => each !== found);
    return ok();
  };
  const lose = (device: string, gone: boolean) => {
    entries = entries.filter((each) => each.device !== device);
    if (gone) links.delete(device);
  };
  return {
    run,
    calls,
    lose,
    add: (device: string) => links.add(device),
    entries: () => entries.map(({ device, cidr }) => `${cidr} ${device}`),
  };
}
