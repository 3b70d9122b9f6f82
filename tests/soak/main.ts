/**
 * The soak, `deno task soak [--duration MINUTES] [--path NAME]`: the simulation with all its
 * scenarios, over and over, on each data path or on one of them. It fails if anything failed or was
 * misrouted or cut, or if what the process holds does not stay flat, and prints one JSON document.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type UserspaceBackend, userspaceBackend } from "../../backends/mod.ts";
import { DEFAULT_OPTIONS, STORIES, type Story } from "../../agent/simulate/mod.ts";
import { NO_SHOW } from "../../agent/simulate/show.ts";
import { runSimulation } from "../../agent/simulate/simulation.ts";
import { reportOf } from "../../agent/simulate/tally.ts";
import { DATA_PATHS, type DataPathCase } from "../bad_days/data_paths.ts";
import { type Holdings, look } from "./_sampler.ts";
import { type Bound, flatnessOf, floorsOf } from "./flatness.ts";

const DEFAULT_MINUTES = 10;
/** All scenarios once. */
const ROUND_MS = 20_000;
const SAMPLE_MS = 2000;
/** What is slow on a loaded machine has not hung: only who waits for so long has. */
const CLIENT_PATIENCE_MS = 60_000;
/** The flows of clients that have left keep their sockets for so long. */
const UDP_IDLE_TIMEOUT_MS = 3000;

/** What is flat: see flatness.ts. All of it swings with the scenarios, so a round's least counts. */
const BOUNDS: Readonly<Record<keyof Holdings, Bound>> = {
  rss: { perMinute: 1, noise: 16 },
  heap: { perMinute: 0.25, noise: 2 },
  descriptors: { perMinute: 5, noise: 40 },
};

/** Soaks one data path. */
async function soak(dataPath: DataPathCase, minutes: number) {
  let backend: { readonly stats: UserspaceBackend["stats"] } | null = null;
  const samples: (Holdings & { readonly atMinutes: number })[] = [];
  const startedAt = performance.now();
  const sampled = async (): Promise<void> => {
    const atMinutes = (performance.now() - startedAt) / 60_000;
    if (backend !== null) samples.push({ atMinutes, ...await look(backend.stats) });
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => looking = looking.then(sampled), SAMPLE_MS);
  const durationMs = minutes * 60_000;
  const rounds = Math.max(1, Math.round(durationMs / ROUND_MS));
  const { tally } = await runSimulation({
    options: { ...DEFAULT_OPTIONS, durationMs },
    stories: roundsOf(rounds),
    show: NO_SHOW,
    signal: new AbortController().signal,
    patienceMs: CLIENT_PATIENCE_MS,
    makeBackend(nodeIp) {
      const made = userspaceBackend({
        ...dataPath.options,
        nodePortAddresses: [`${nodeIp}/32`],
        hostAddresses: () => [nodeIp],
        udpIdleTimeoutMs: UDP_IDLE_TIMEOUT_MS,
      });
      backend = { stats: () => made.stats() };
      return made;
    },
  });
  clearInterval(timer);
  await looking;
  const flatness = (what: keyof Holdings) => {
    const values = samples.map(({ atMinutes, [what]: value }) => ({ atMinutes, value }));
    const floors = floorsOf(values, ROUND_MS / 60_000);
    return { ...flatnessOf(floors, BOUNDS[what]), last: values.at(-1)?.value ?? 0 };
  };
  const { scenarios: _, ...figures } = reportOf(tally);
  const holdings = {
    rss: flatness("rss"),
    heap: flatness("heap"),
    descriptors: flatness("descriptors"),
  };
  const flat = Object.values(holdings).every((each) => each.flat);
  const failures = tally.failures.map(({ rule, what }) => `${rule}: ${what}`);
  return {
    dataPath: dataPath.name,
    ok: flat && tally.total().clean,
    ...holdings,
    ...figures,
    failures,
  };
}

function roundsOf(count: number): readonly [Story, ...Story[]] {
  const [first, ...rest] = STORIES;
  const others = Array.from({ length: count - 1 }, () => STORIES).flat();
  return [first, ...rest, ...others];
}

/** What the command line asks for. */
interface Wanted {
  readonly minutes: number;
  readonly dataPaths: readonly DataPathCase[];
}

function wantedFrom(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...args],
    options: {
      duration: { type: "string", default: `${DEFAULT_MINUTES}` },
      path: { type: "string", default: "" },
    },
  });
  const minutes = Number(values.duration);
  if (!(minutes > 0)) {
    throw new Error(`Cannot soak for "${values.duration}": give --duration and minutes, 10 say`);
  }
  const { path } = values;
  const dataPaths = DATA_PATHS.filter(({ name }) => path === "" || name === path);
  if (dataPaths.length > 0) return { minutes, dataPaths };
  const names = DATA_PATHS.map(({ name }) => `"${name}"`).join(", ");
  throw new Error(`Cannot soak the data path "${path}": --path takes one of ${names}`);
}

if (import.meta.main) {
  const { minutes, dataPaths } = wantedFrom(Deno.args);
  const results = [];
  for (const dataPath of dataPaths) {
    if (dataPath.why === null) results.push(await soak(dataPath, minutes));
    else results.push({ dataPath: dataPath.name, ok: true, leftOut: dataPath.why });
  }
  const ok = results.every((result) => result.ok);
  const text = JSON.stringify({ ok, minutes, results }, null, 2);
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
  if (!ok) Deno.exitCode = 1;
}
