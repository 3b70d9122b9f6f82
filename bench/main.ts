/**
 * `deno task bench [SUITE...] [--quick] [--rounds N] [--out FILE.json]`: measures suites, prints a
 * table, writes the figures as JSON and a page with charts beside them.
 *
 * @module
 */
import { cpus } from "node:os";
import { type CaseResult, measure, type Suite } from "./harness.ts";
import { type BenchResult, BROKEN_OFF, wasBusy } from "./report/result.ts";
import { fileFor, placesOf, writeReport } from "./report/write.ts";
import { clusterSide } from "./suites/cluster_side.ts";
import { dataPath } from "./suites/data_path.ts";
import { hns } from "./suites/hns.ts";
import { kpng } from "./suites/kpng.ts";
import { pipeline } from "./suites/pipeline.ts";
import { table } from "./table.ts";

const SUITES: readonly Suite[] = [pipeline, dataPath, clusterSide, hns, kpng];

interface Arguments {
  readonly suites: readonly Suite[];
  readonly quick: boolean;
  readonly rounds: number;
  /** The file for the figures; `null`: one that is named by the time. */
  readonly out: string | null;
}

const USAGE = `deno task bench [SUITE...] [--quick] [--rounds N] [--out FILE.json]

Suites: ${SUITES.map(({ name }) => name).join(", ")}; all of them if none is named.
  --quick          small sizes and few rounds: that everything runs, not how fast
  --rounds N       how many samples of each case (20, or 5 with --quick)
  --out FILE.json  where the figures go, and the page with charts beside them
`;

function parse(args: readonly string[]): Arguments {
  // "--rounds=5" as "--rounds 5"
  const rest = args.flatMap((arg) => /^(--[a-z]+)=(.*)$/.exec(arg)?.slice(1) ?? [arg]);
  const suites: Suite[] = [];
  let quick = false;
  let rounds: number | null = null;
  let out: string | null = null;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--quick") quick = true;
    else if (arg === "--rounds") rounds = Number(rest.shift());
    else if (arg === "--out") out = fileOf(rest.shift());
    else if (arg.startsWith("-")) throw new Error(`There is no option "${arg}"\n\n${USAGE}`);
    else suites.push(suiteNamed(arg));
  }
  rounds ??= quick ? 5 : 20;
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`Cannot read --rounds: "${rounds}" is not a whole number of at least 1`);
  }
  return { suites: suites.length === 0 ? SUITES : suites, quick, rounds, out };
}

function fileOf(value: string | undefined): string {
  if (value !== undefined && value !== "" && !value.startsWith("-")) return value;
  throw new Error("Cannot read --out: the name of a file is missing; write --out FILE.json");
}

function suiteNamed(name: string): Suite {
  const suite = SUITES.find((each) => each.name === name);
  if (suite !== undefined) return suite;
  const names = SUITES.map((each) => each.name).join(", ");
  throw new Error(`Cannot run the suite "${name}": the suites are ${names}`);
}

async function main(args: readonly string[]): Promise<void> {
  const { suites, quick, rounds, out } = parse(args);
  const loadBefore = Deno.loadavg();
  const [lastMinute = 0] = loadBefore;
  const { hardwareConcurrency: cores } = navigator;
  if (wasBusy({ cores, loadBefore })) {
    const load = lastMinute.toFixed(1);
    await print(`The machine is busy with something else (load ${load}): trust no figure\n`);
  }
  const results: Record<string, readonly CaseResult[]> = {};
  const broken: string[] = [];
  const notesOf: Record<string, readonly string[]> = {};
  for (const suite of suites) {
    const figures: CaseResult[] = [];
    const notes: string[] = [];
    const note = (text: string) => notes.push(text);
    await print(`${suite.name}: ${suite.title}\n`);
    try {
      for (const group of suite.groups({ quick, note })) {
        const measured = await measure(group, rounds);
        figures.push(...measured);
        await print(`${table(measured)}\n\n`);
      }
    } catch (error) {
      // The others took long; their figures are worth as much as before.
      note(`${BROKEN_OFF}${error instanceof Error ? error.message : String(error)}`);
      await print(`${error instanceof Error ? error.stack : String(error)}\n`);
      broken.push(suite.name);
    }
    results[suite.name] = figures;
    notesOf[suite.name] = notes;
    if (notes.length > 0) await print(`${notes.map((text) => `– ${text}`).join("\n")}\n\n`);
  }
  const machine = {
    os: Deno.build.os,
    arch: Deno.build.arch,
    cores,
    cpu: cpus()[0]?.model ?? null,
    kernel: Deno.osRelease(),
    loadBefore,
    loadAfter: Deno.loadavg(),
  };
  const result: BenchResult = {
    date: new Date().toISOString(),
    versions: { ...Deno.version },
    machine,
    quick,
    titles: Object.fromEntries(suites.map(({ name, title }) => [name, title])),
    results,
    notes: notesOf,
  };
  const places = placesOf(out ?? fileFor(result));
  await writeReport(result, places);
  await print(`Figures written to ${places.json}, a page with charts to ${places.page}\n`);
  if (broken.length > 0) throw new Error(`Suites that broke off: ${broken.join(", ")}`);
}

async function print(text: string): Promise<void> {
  await new Response(text).body?.pipeTo(Deno.stdout.writable, { preventClose: true });
}

if (import.meta.main) {
  try {
    if (Deno.args.some((arg) => arg === "--help" || arg === "-h")) await print(USAGE);
    else await main(Deno.args);
  } catch (error) {
    await print(`${error instanceof Error ? error.message : String(error)}\n`);
    Deno.exit(2);
  }
}
