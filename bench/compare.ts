/**
 * `deno task bench:compare BEFORE.json AFTER.json [--all]`: says what got worse from one run of the
 * benchmark to another, with the noise of both. A name without a folder means bench/results. It
 * reads, and nothing else; that something got worse is no error.
 *
 * @module
 */
import { cautions, compare } from "./compare_results.ts";
import { comparison } from "./compare_text.ts";
import { type BenchResult, readResult } from "./report/result.ts";

/** What the command line asks for. */
export interface CompareArguments {
  /** The file of the first run. */
  readonly before: string;
  /** The file of the second run. */
  readonly after: string;
  /** Whether to list what is the same, too. */
  readonly all: boolean;
}

/** Reads the command line. */
export function parseCompare(args: readonly string[]): CompareArguments {
  const unknown = args.find((arg) => arg.startsWith("-") && arg !== "--all");
  if (unknown !== undefined) {
    throw new Error(`Cannot compare: "${unknown}" is no flag; there is --all`);
  }
  const files = args.filter((arg) => !arg.startsWith("-"));
  const [before, after] = files;
  if (before === undefined || after === undefined || files.length > 2) {
    throw new Error(
      `Cannot compare: two results are needed, not ${files.length}: ` +
        "deno task bench:compare BEFORE.json AFTER.json",
    );
  }
  return { before: fileOf(before), after: fileOf(after), all: args.includes("--all") };
}

function fileOf(name: string): string {
  return /[/\\]/.test(name) ? name : `bench/results/${name.replace(/(\.json)?$/, ".json")}`;
}

async function read(path: string): Promise<BenchResult> {
  try {
    return readResult(await Deno.readTextFile(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read the result "${path}": ${why}`, { cause: error });
  }
}

async function print(text: string): Promise<void> {
  await new Response(text).body?.pipeTo(Deno.stdout.writable, { preventClose: true });
}

if (import.meta.main) {
  try {
    const { before, after, all } = parseCompare(Deno.args);
    const [first, second] = [await read(before), await read(after)];
    const text = comparison(compare(first, second), { all, cautions: cautions(first, second) });
    await print(`${text}\n`);
  } catch (error) {
    await print(`${error instanceof Error ? error.message : String(error)}\n`);
    Deno.exit(2);
  }
}
