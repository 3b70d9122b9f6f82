import assert from "node:assert/strict";
import { FLAGS } from "./flags.ts";
import { lex, lexiconOf } from "./lex.ts";

const LEXICON = lexiconOf(Object.values(FLAGS));

/** Words and flags as one line of text: `file to-print --v=4 --once`. */
function lexed(...args: readonly string[]): string {
  const { words, flags } = lex(args, LEXICON);
  const texts = flags.map(({ name, value }) => value === null ? `--${name}` : `--${name}=${value}`);
  return [...words, ...texts].join(" ");
}

Deno.test.each([
  { args: ["file", "--v=4", "to-print"], is: "file to-print --v=4" },
  { args: ["-v=4"], is: "--v=4" },
  { args: ["-v4"], is: "--v=4" },
  { args: ["-v", "4"], is: "--v=4" },
  { args: ["--v", "4"], is: "--v=4" },
  { args: ["-hv4"], is: "--help --v=4" },
  { args: ["-hv", "4"], is: "--help --v=4" },
  { args: ["-o", "json"], is: "--output=json" },
  { args: ["-ojson"], is: "--output=json" },
  { args: ["--once", "false"], is: "false --once" },
  { args: ["--once=false"], is: "--once=false" },
  { args: ["--once=F"], is: "--once=F" },
  { args: ["--node_name=n1"], is: "--node-name=n1" },
  { args: ["--node_name", "n_1"], is: "--node-name=n_1" },
  { args: ["--node-name=a=b"], is: "--node-name=a=b" },
  { args: ["--node-name="], is: "--node-name=" },
  { args: ["--node-name"], is: "--node-name" },
  { args: ["-v"], is: "--v" },
  { args: ["--node-name", "--once"], is: "--node-name=--once" },
  { args: ["--", "--once", "-v4"], is: "--once -v4" },
  { args: ["a", "-", "b"], is: "a - b" },
  { args: ["--no-once"], is: "--no-once" },
  { args: ["--onc"], is: "--onc" },
  { args: ["--bogus", "x"], is: "x --bogus" },
  { args: ["--bogus=x"], is: "--bogus=x" },
  { args: ["-kubeconfig", "x"], is: "x ---kubeconfig" },
])("lex() reads $args as pflag does", ({ args, is }) => {
  assert.equal(lexed(...args), is);
});

Deno.test("an unknown letter keeps the argument as it was given", () => {
  assert.deepEqual(lex(["-kubeconfig=x"], LEXICON).flags, [
    { spelled: "-kubeconfig=x", name: "-kubeconfig=x", value: null },
  ]);
});

Deno.test("flags of one name take values alike, and a letter means one name", () => {
  const flags = Object.values(FLAGS);
  for (const a of flags) {
    for (const b of flags) {
      if (a.name === b.name) assert.equal(a.kind === "switch", b.kind === "switch", a.name);
      if ("short" in a && "short" in b && a.short === b.short) assert.equal(a.name, b.name);
    }
  }
});
