/**
 * Prints what a process has used, as Linux tells it. A program of its own, because Deno wants every
 * permission for `/proc`.
 *
 *     deno run --allow-all bench/cluster_side/usage.ts PID
 *
 * @module
 */
import type { Usage } from "./orders.ts";

/** The tick in which Linux counts processor time, everywhere but on odd machines. */
const TICK_MS = 10;

const pid = Number(Deno.args[0]);
const status = Deno.readTextFileSync(`/proc/${pid}/status`);
const megabytes = (field: string) =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024 / 1e6;
// After the command's name, which may hold anything: fields 3 and on; 14 and 15 are what we want.
const stat = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
const usage: Usage = {
  megabytes: megabytes("VmRSS"),
  peakMegabytes: megabytes("VmHWM"),
  cpuMs: (Number(stat[11]) + Number(stat[12])) * TICK_MS,
};
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(usage)));
