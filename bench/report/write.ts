/**
 * Writes a run: the figures as JSON, the page beside it, its charts in a folder of the same name.
 *
 * @module
 */
import { chartsOf } from "./charts.ts";
import { markdown } from "./markdown.ts";
import type { BenchResult } from "./result.ts";

/** Where a run is written. */
export interface Places {
  /** The figures. */
  readonly json: string;
  /** The page. */
  readonly page: string;
  /** The folder of its charts. */
  readonly charts: string;
}

/** The places that belong to a file of figures. */
export function placesOf(json: string): Places {
  const stem = json.replace(/\.json$/, "");
  return { json, page: `${stem}.md`, charts: `${stem}.charts` };
}

/** The file of a run that was given no name: the minute of its end, and whether it was quick. */
export function fileFor({ date, quick }: Pick<BenchResult, "date" | "quick">): string {
  const minute = date.slice(0, 16).replace(":", "");
  return `bench/results/${minute}${quick ? "-quick" : ""}.json`;
}

/** Writes figures, page and charts; charts of an earlier run with that name go. */
export async function writeReport(
  result: BenchResult,
  { json, page, charts }: Places,
): Promise<void> {
  const folder = /[^/\\]+$/.exec(charts)?.[0] ?? charts;
  const drawn = chartsOf(result);
  await Deno.mkdir(charts, { recursive: true });
  for await (const { name, isFile } of Deno.readDir(charts)) {
    if (isFile && name.endsWith(".svg")) await Deno.remove(`${charts}/${name}`);
  }
  for (const { file, svg } of drawn) await Deno.writeTextFile(`${charts}/${file}`, svg);
  await Deno.writeTextFile(json, `${JSON.stringify(result, null, 2)}\n`);
  await Deno.writeTextFile(page, markdown(result, drawn, folder));
}
