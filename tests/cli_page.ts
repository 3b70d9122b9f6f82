/**
 * `deno task docs:cli`: writes the generated parts of docs/cli.md and docs/simulate.md, which are
 * tables from the program's own data and outputs of the program itself. `cli_page_test.ts` fails when
 * they are out of date.
 *
 * A part stands between `<!-- generated: NAME -->`, or `<!-- output of: windlass … -->`, and
 * `<!-- end -->`.
 *
 * @module
 */
import { main } from "../agent/mod.ts";
import { fakeIo } from "../agent/test_io.ts";
import { PARTS } from "./cli_page_parts.ts";

/** The pages with generated parts. */
export const PAGES: readonly URL[] = ["cli.md", "simulate.md"]
  .map((name) => new URL(`../docs/${name}`, import.meta.url));

const PART = /^<!-- (generated|output of): (.+) -->\n[^]*?^<!-- end -->$/gm;

/** What makes each part, by its name in a page. */
type Parts = ReadonlyMap<string, () => readonly string[]>;

/** The page with its generated parts made anew. */
export async function filled(page: string, made: Parts = PARTS): Promise<string> {
  const parts = new Map<string, string>();
  for (const [old = "", kind = "", what = ""] of page.matchAll(PART)) {
    const content = kind === "generated" ? partNamed(what, made) : await outputOf(what);
    parts.set(old, `<!-- ${kind}: ${what} -->\n\n${content}\n\n<!-- end -->`);
  }
  return page.replaceAll(PART, (old) => parts.get(old) ?? old);
}

function partNamed(name: string, made: Parts): string {
  const part = made.get(name);
  if (part !== undefined) return part().join("\n");
  throw new Error(
    `Cannot generate the part "${name}": the parts are ${[...made.keys()].join(", ")}`,
  );
}

/** What a command line prints, in a code block. It must succeed and complain of nothing. */
async function outputOf(line: string): Promise<string> {
  const io = fakeIo({ hostname: "n1" });
  const code = await main(line.split(" ").slice(1), io);
  if (code !== 0 || io.err() !== "") {
    throw new Error(
      `Cannot show "${line}": it ended with exit code ${code}, where 0 and no words on standard ` +
        `error would be right: ${io.err()}`,
    );
  }
  const language = /-o json|--output=json/.test(line) ? "json" : "text";
  return `\`\`\`${language}\n${io.out().trimEnd()}\n\`\`\``;
}

if (import.meta.main) {
  for (const page of PAGES) {
    await Deno.writeTextFile(page, await filled(await Deno.readTextFile(page)));
  }
}
