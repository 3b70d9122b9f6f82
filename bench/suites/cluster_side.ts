/**
 * The way from a cluster to a diff, with the real program and its defaults against an API server of its
 * own process: the start, one change, doing nothing, a storm of changes. Loopback only.
 *
 * @module
 */
import { PrintProcess, ServerProcess } from "../cluster_side/processes.ts";
import { clock } from "../cluster_side/orders.ts";
import { type Case, type GroupOptions, type Prepared, quantile, type Suite } from "../harness.ts";
import { asJson } from "../../proto/json.ts";

/** The suite. */
export const clusterSide: Suite = {
  name: "cluster-side",
  title: "From an API server to a diff: windlass kube to-print, with its defaults",
  groups: (options) => {
    const { quick, note } = options;
    if (Deno.build.os !== "linux") {
      note("Left out: only Linux tells what a process has used as this suite asks for it");
      return [];
    }
    note(
      "Changes that are measured one by one come 1.1 s apart, so that none waits for the rest between " +
        "two syncs (min-sync-period, 1 s); in the storm they do",
    );
    const services = quick ? 1000 : 10_000;
    return [() => starts(services), () => atWork(services, options)];
  },
};

const ENDPOINTS = 10;
const REST_MS = 1100;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Each sample is a start of its own. */
async function starts(services: number): Promise<Prepared> {
  const server = await ServerProcess.start(services, ENDPOINTS);
  let peak = NaN;
  const label = `${services} services × ${ENDPOINTS} endpoints`;
  const cases: readonly Case[] = [
    {
      name: `${label}: start to first complete sync`,
      unit: "s",
      rounds: 5,
      target: { kind: "figure", atMost: 10 },
      sample: async () => {
        await using program = new PrintProcess(server.url);
        const ms = await program.printed(services);
        peak = (await program.usage()).peakMegabytes;
        return [ms / 1000];
      },
    },
    {
      name: `${label}: most memory in use until then (RSS)`,
      unit: "MB",
      rounds: 5,
      target: { kind: "figure", atMost: 700 },
      sample: () => [peak],
    },
  ];
  return { cases, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function atWork(services: number, { quick, note }: GroupOptions): Promise<Prepared> {
  const server = await ServerProcess.start(services, ENDPOINTS);
  const program = new PrintProcess(server.url);
  await program.printed(services);
  const changes: number[] = [];
  const [idleMs, stormSeconds] = quick ? [5000, 5] : [60_000, 60];
  const label = `${services} × ${ENDPOINTS}`;
  const cases: readonly Case[] = [
    {
      name: `${label}: one slice change, sent to printed`,
      unit: "ms",
      rounds: 1,
      sample: async () => {
        for (let i = 0; i < (quick ? 10 : 200); i++) changes.push(await oneChange(server, program));
        return changes;
      },
    },
    {
      name: `${label}: one slice change, 99 % of them`,
      unit: "ms",
      rounds: 1,
      target: { kind: "figure", atMost: 50 },
      sample: () => [quantile(changes, 0.99)],
    },
    {
      name: `${label}: processor while nothing happens`,
      unit: "% of a core",
      rounds: 1,
      target: { kind: "figure", atMost: 1 },
      sample: async () => {
        const before = (await program.usage()).cpuMs;
        await pause(idleMs);
        return [100 * ((await program.usage()).cpuMs - before) / idleMs];
      },
    },
    {
      name: `${label}: changes lost of 1000 a second for ${stormSeconds} s`,
      unit: "services",
      rounds: 1,
      target: { kind: "figure", atMost: 0 },
      sample: async () => [await storm({ server, program, seconds: stormSeconds, note })],
    },
  ];
  return {
    cases,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function oneChange(server: ServerProcess, program: PrintProcess): Promise<number> {
  await pause(REST_MS);
  const printed = new Promise<number>((resolve) => program.onLine = (_, at) => resolve(at));
  const { sentAt } = await server.do({ order: "change" });
  return await printed - sentAt;
}

interface Storm {
  readonly server: ServerProcess;
  readonly program: PrintProcess;
  readonly seconds: number;
  readonly note: GroupOptions["note"];
}

/** A sync prints its lines at once: so long without a line is a rest between two. */
const GAP_MS = 300;

/** What is not seen so long after the storm is lost. */
const PATIENCE_MS = 30_000;

/** Answers with how many Services the program sees otherwise than the server has them. */
async function storm({ server, program, seconds, note }: Storm): Promise<number> {
  const seen = new Map<unknown, unknown>();
  let syncs = 0;
  let lastAt = -Infinity;
  program.onLine = (line, at) => {
    const { name, endpoints } = asJson(JSON.parse(line));
    seen.set(name, asJson(endpoints)["used"]);
    if (at - lastAt > GAP_MS) syncs++;
    lastAt = at;
  };
  await pause(REST_MS);
  const before = await program.usage();
  const { changed, stalledMs } = await server.do({ order: "storm", perSecond: 1000, seconds });
  const endedAt = clock();
  const lost = () =>
    changed.filter(({ service, ready }) =>
      seen.get(`team-${service % 50}/service-${service}:http`) !== ready
    ).length;
  while (lost() > 0 && clock() - endedAt < PATIENCE_MS) await pause(50);
  const behindMs = Math.max(0, lastAt - endedAt);
  const after = await program.usage();
  const cpuMs = after.cpuMs - before.cpuMs;
  note(
    `The storm: ${syncs} syncs in ${seconds} s, the last one ${
      Math.round(behindMs)
    } ms after it; ` +
      `${Math.round(cpuMs / seconds / 10)} % of a core; memory from ${
        Math.round(before.megabytes)
      } ` +
      `to ${Math.round(after.peakMegabytes)} MB at most; the API server stood still for ` +
      `${Math.round(stalledMs)} ms at most`,
  );
  return lost();
}
