/**
 * What the documentation shows is true: links lead somewhere, JSON and YAML parse, command lines are
 * accepted by the program's own parser, values of the chart exist, and so do tasks, files, functions.
 *
 * @module
 */
import assert from "node:assert/strict";
import { load, loadAll } from "js-yaml";
import { FLAGS } from "../agent/cli/flags.ts";
import { lex } from "../agent/cli/lex.ts";
import { flagsOf, resolve } from "../agent/cli/resolve.ts";
import { reportOf, Tally } from "../agent/simulate/tally.ts";
import { LEXICON, whyRefused } from "./accepts.ts";

const ROOT = new URL("../", import.meta.url);

interface Page {
  readonly path: string;
  /** The text outside of code blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

interface Block {
  readonly language: string;
  readonly text: string;
}

async function* markdownIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* markdownIn(`${folder}${name}/`);
    else if (name.endsWith(".md")) yield `${folder}${name}`;
  }
}

const BLOCK = /^```(\w*)\n([^]*?)^```$/gm;

async function readPage(path: string): Promise<Page> {
  const text = (await Deno.readTextFile(new URL(path, ROOT))).replaceAll("\r\n", "\n");
  const blocks = [...text.matchAll(BLOCK)].map(([, language = "", body = ""]): Block => {
    return { language, text: body };
  });
  return { path, prose: text.replaceAll(BLOCK, ""), blocks };
}

const PATHS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];
for await (const path of markdownIn("docs/")) PATHS.push(path);
const PAGES = await Promise.all(PATHS.sort().map(readPage));
const CASES = PAGES.map((page) => ({ path: page.path, page }));

/** The anchors of a page, made of its headings as GitHub makes them. */
function anchorsOf({ prose }: Page): readonly string[] {
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-")
  );
}

async function whyBroken(page: Page, target: string): Promise<string | null> {
  if (/^[a-z]+:/.test(target)) return null; // the world outside
  const [file = "", anchor] = target.split("#");
  const url = file === "" ? new URL(page.path, ROOT) : new URL(file, new URL(page.path, ROOT));
  try {
    await Deno.stat(url);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `${target}: there is no such file`;
  }
  if (anchor === undefined) return null;
  const other = PAGES.find(({ path }) => new URL(path, ROOT).href === url.href);
  if (other === undefined) return `${target}: an anchor needs one of the pages`;
  return anchorsOf(other).includes(anchor) ? null : `${target}: there is no such heading`;
}

/** Where a shell looks for a program, the ways to call ours, and its arguments. */
const CALL =
  /(?:^|[(;&|])\s*(?:npx --yes )?(\S*?windlass(?:\.exe)?|deno(?:@\S+)? task (?:windlass|simulate))(?![\w.:/-])([^|>);&]*)/g;

/** The arguments of each `windlass` in a shell's text, with `deno task` or without. */
function commandLines(shell: string): readonly (readonly string[])[] {
  return shell.replaceAll(/[\\`]\n/g, " ").split("\n").flatMap((line) =>
    [...line.replace(/(^|\s)#.*$/, "").matchAll(CALL)].map(([, program = "", rest = ""]) => [
      ...(program.endsWith("simulate") ? ["simulate"] : []),
      ...wordsOf(rest),
    ])
  );
}

/** The words of a command line, as a shell takes them apart. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|\S)+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2")
  );
}

/** Blocks of shells, PowerShell's too. What a block without a language shows may be grammar. */
const SHELLS = ["sh", "powershell"];

function shellBlocks({ blocks }: Page): readonly string[] {
  return blocks.filter(({ language }) => SHELLS.includes(language)).map(({ text }) => text);
}

/** Whether a text stands for more than itself. */
const PLACEHOLDER = /…|\.\.\.|\[|\b[A-Z]{2,}\b/;

/** As {@linkcode whyRefused}, for a mention in a sentence: words and values may be left out. */
function whyWrongMention(args: readonly string[]): string | null {
  try {
    if (args[0]?.startsWith("-")) return whyRefused(args);
    const lexed = lex(args, LEXICON);
    const own = flagsOf(resolve(lexed.words)).map((id) => FLAGS[id].name as string);
    const stranger = lexed.flags.find(({ name }) => !own.includes(name));
    return stranger === undefined ? null : `${stranger.spelled} is no flag of it`;
  } catch (error) {
    return String(error);
  }
}

/** The mentions of `windlass …` in sentences; those with placeholders are grammar. */
function mentions({ prose }: Page): readonly string[] {
  return [...prose.matchAll(/`((?:deno task )?windlass(?:\.exe)? [^`]+)`/g)]
    .map(([, text = ""]) => text.replace(/^deno task /, "").replaceAll(/\s+/g, " "))
    .filter((text) => !PLACEHOLDER.test(text));
}

Deno.test("there are pages with blocks, links, command lines and mentions to look at", () => {
  assert.ok(PAGES.length > 8);
  assert.ok(PAGES.flatMap(shellBlocks).flatMap(commandLines).length > 40);
  assert.ok(PAGES.flatMap(mentions).length > 5);
});

Deno.test.each(CASES)("$path: every relative link leads somewhere", async ({ page }) => {
  const targets = [...page.prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  const broken = await Promise.all(targets.map((target) => whyBroken(page, target)));
  assert.deepEqual(broken.filter((why) => why !== null), []);
});

Deno.test.each(CASES)("$path: every JSON block parses", ({ page }) => {
  for (const { language, text } of page.blocks) if (language === "json") JSON.parse(text);
});

Deno.test.each(CASES)("$path: every YAML block parses", ({ page }) => {
  for (const { language, text } of page.blocks) {
    if (language === "yaml") assert.ok(loadAll(text).length > 0, text);
  }
});

/** The names of the chart's values, nested ones with dots; what is under a free-form map counts. */
function hasValue(values: unknown, name: readonly string[]): boolean {
  const [first, ...rest] = name;
  if (first === undefined) return true;
  if (typeof values !== "object" || values === null) return false;
  const entries = Object.entries(values);
  if (entries.length === 0) return true; // a map for the user to fill
  const inner = entries.find(([key]) => key === first)?.[1];
  return inner !== undefined && hasValue(inner, rest);
}

Deno.test.each(CASES)("$path: the chart has every value that is set", async ({ page }) => {
  const file = new URL("deploy/helm/windlass/values.yaml", ROOT);
  const values = load(await Deno.readTextFile(file));
  const set = shellBlocks(page).join("\n").matchAll(/--set(?:-string)?[ =](\S+?)=/g);
  const names = [...set].map(([, name = ""]) => name);
  const missing = names.filter((name) =>
    !hasValue(values, name.split(/(?<!\\)\./).map((part) => part.replaceAll("\\", "")))
  );
  assert.deepEqual(missing, []);
});

Deno.test.each(CASES)("$path: the program accepts every command line", ({ page }) => {
  const plain = page.blocks.filter(({ language }) => language === "")
    .flatMap(({ text }) => text.split("\n"))
    .filter((line) => !PLACEHOLDER.test(line));
  const refused = [...shellBlocks(page), ...plain]
    .flatMap(commandLines)
    .map((args) => [args.join(" "), whyRefused(args)])
    .filter(([, why]) => why !== null);
  assert.deepEqual(refused, []);
  const wrong = mentions(page)
    .map((text) => [text, whyWrongMention(text.split(" ").slice(1))])
    .filter(([, why]) => why !== null);
  assert.deepEqual(wrong, []);
});

Deno.test.each(CASES)("$path: every task that it names exists", async ({ page }) => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const text = [page.prose, ...page.blocks.map((block) => block.text)].join("\n");
  const named = [...text.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z][\w:-]*)/g)].map(([, name]) =>
    name
  );
  const missing = named.filter((name) => name !== undefined && !Object.hasOwn(tasks, name));
  assert.deepEqual(missing, []);
});

Deno.test("commandLines() finds what a shell would run", () => {
  assert.deepEqual(commandLines("source <(windlass completion bash)\n"), [["completion", "bash"]]);
  assert.deepEqual(
    commandLines("npx --yes deno@2.9.6 task simulate --seed 2   # windlass view\n"),
    [["simulate", "--seed", "2"]],
  );
  assert.deepEqual(
    commandLines("deno task windlass view file \\\n  --input a.yaml | head > out\n"),
    [["view", "file", "--input", "a.yaml"]],
  );
  assert.deepEqual(commandLines("git clone x windlass && cd windlass\n"), []);
  assert.deepEqual(
    commandLines(
      '.\\windlass.exe kube to-print `\n  --node-name "n 1"\nCopy-Item windlass.exe C:\\k\n',
    ),
    [["kube", "to-print", "--node-name", "n 1"]],
  );
  assert.deepEqual(commandLines("docker build --tag REGISTRY/windlass:0.1.0 .\n"), []);
  assert.equal(whyRefused(["view", "file", "--input", "a.yaml"]), null);
  assert.match(whyRefused(["view", "file", "--inptu", "a.yaml"]) ?? "", /Unknown flag/);
  assert.match(whyRefused(["view"]) ?? "", /SOURCE is missing/);
  assert.match(whyWrongMention(["view", "--once"]) ?? "", /no flag/);
});

Deno.test("docs/simulate.md shows a report with the fields that the program prints", () => {
  const block = PAGES.find(({ path }) => path === "docs/simulate.md")?.blocks
    .find(({ language }) => language === "json");
  const shown: Readonly<Record<string, unknown>> = JSON.parse(block?.text ?? "{}");
  assert.deepEqual(Object.keys(shown), Object.keys(reportOf(new Tally("steady"))));
});

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* sourcesIn(`${folder}${name}/`);
    else if (/\.ts$/.test(name)) yield `${folder}${name}`;
  }
}

/** Pages that speak of the code. */
const CODE_PAGES = [
  "docs/architecture.md",
  "docs/contributing/README.md",
  "docs/contributing/endpoint_change.md",
  "docs/data-path.md",
  "docs/permissions.md",
].map((path) => ({ path }));

Deno.test.each(CODE_PAGES)(
  "$path names files, classes and functions that exist",
  async ({ path }) => {
    const files: string[] = [];
    for (const room of ["core/", "proto/", "backends/", "agent/", "tests/", "bench/"]) {
      for await (const file of sourcesIn(room)) files.push(file);
    }
    const code = (await Promise.all(files.map((file) => Deno.readTextFile(new URL(file, ROOT)))))
      .join("\n");
    const prose = PAGES.find((page) => page.path === path)?.prose ?? "";
    const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);
    const named = spans.filter((span) => /^[\w/]+\.ts$/.test(span) && span !== "mod.ts");
    const calls = spans.flatMap((span) => /^(?:\w+\.)?(\w+)\(\)$/.exec(span)?.[1] ?? []);
    assert.ok(named.length > 2, `${path} names no files`);
    const missing = [
      ...named.filter((name) =>
        !/^_name/.test(name) && !files.some((file) => `/${file}`.endsWith(`/${name}`))
      ),
      ...calls.filter((name) => !new RegExp(`\\b${name}(<[^>]*>)?\\(`).test(code)),
    ];
    assert.deepEqual(missing, []);
  },
);

Deno.test("a page that follows a change says `file.ts` `name` only of what stands in that file", async () => {
  const path = "docs/contributing/endpoint_change.md";
  const files: string[] = [];
  for (const room of ["core/", "proto/", "backends/", "agent/"]) {
    for await (const file of sourcesIn(room)) files.push(file);
  }
  const prose = PAGES.find((page) => page.path === path)?.prose ?? "";
  const pairs = [...prose.matchAll(/`([\w/]+\.ts)`\s+`(?:\w+\.)?(\w+)(?:\(\))?`/g)];
  assert.ok(pairs.length > 20);
  const wrong: string[] = [];
  for (const [, file = "", name = ""] of pairs) {
    const candidates = files.filter((each) => `/${each}`.endsWith(`/${file}`));
    const texts = await Promise.all(
      candidates.map((each) => Deno.readTextFile(new URL(each, ROOT))),
    );
    if (!texts.some((text) => new RegExp(`\\b${name}\\b`).test(text))) {
      wrong.push(`${file} ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});
