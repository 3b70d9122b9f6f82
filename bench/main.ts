/**
 * `deno task bench [SUITE...] [--quick] [--rounds N] [--out FILE]`: measures suites, prints a table,
 * writes a JSON file.
 *
 * @module
 */
import { type CaseResult, measure, type Suite } from "./harness.ts";
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
  readonly out: string;
}

function parse(args: readonly string[]): Arguments {
  const rest = [...args];
  const suites: Suite[] = [];
  let quick = false;
  let rounds: number | null = null;
  let out = "bench/results/latest.json";
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--quick") quick = true;
    else if (arg === "--rounds") rounds = Number(rest.shift());
    else if (arg === "--out") out = rest.shift() ?? out;
    else suites.push(suiteNamed(arg));
  }
  rounds ??= quick ? 5 : 20;
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`Cannot read --rounds: "${rounds}" is not a whole number of at least 1`);
  }
  return { suites: suites.length === 0 ? SUITES : suites, quick, rounds, out };
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
  if (lastMinute > cores / 2) {
    const load = lastMinute.toFixed(1);
    await print(`The machine is busy with something else (load ${load}): trust no figure\n`);
  }
  const results: Record<string, unknown> = {};
  const notesOf: Record<string, readonly string[]> = {};
  for (const suite of suites) {
    const figures: CaseResult[] = [];
    const notes: string[] = [];
    const note = (text: string) => notes.push(text);
    await print(`${suite.name}: ${suite.title}\n`);
    for (const group of suite.groups({ quick, note })) {
      const measured = await measure(group, rounds);
      figures.push(...measured);
      await print(`${table(measured)}\n\n`);
    }
    results[suite.name] = figures;
    notesOf[suite.name] = notes;
    if (notes.length > 0) await print(`${notes.map((text) => `– ${text}`).join("\n")}\n\n`);
  }
  const machine = {
    os: Deno.build.os,
    arch: Deno.build.arch,
    cores,
    kernel: Deno.osRelease(),
    loadBefore,
    loadAfter: Deno.loadavg(),
  };
  const report = {
    date: new Date().toISOString(),
    versions: Deno.version,
    machine,
    quick,
    results,
    notes: notesOf,
  };
  await Deno.writeTextFile(out, `${JSON.stringify(report, null, 2)}\n`);
  await print(`Figures written to ${out}\n`);
}

async function print(text: string): Promise<void> {
  await new Response(text).body?.pipeTo(Deno.stdout.writable, { preventClose: true });
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    await print(`${error instanceof Error ? error.message : String(error)}\n`);
    Deno.exit(2);
  }
}
