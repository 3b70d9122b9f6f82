import assert from "node:assert/strict";
import { type FlagId, FLAGS, type FlagValues } from "./flags.ts";
import { lex, lexiconOf } from "./lex.ts";
import { readFlags } from "./read_flags.ts";
import { resolve } from "./resolve.ts";
import { UsageError } from "./usage_error.ts";

const LEXICON = lexiconOf(Object.values(FLAGS));

function read(line: string): FlagValues {
  const lexed = lex(line.split(" "), LEXICON);
  return readFlags(lexed, resolve(lexed.words));
}

function messageOf(line: string): string {
  try {
    read(line);
  } catch (error) {
    assert(error instanceof UsageError, String(error));
    return error.message;
  }
  return "no error";
}

Deno.test("without flags every value is its default", () => {
  const values = read("file to-print");
  for (const [id, flag] of Object.entries(FLAGS)) {
    assert.deepEqual(values[id as FlagId], flag.default, id);
  }
});

Deno.test.each<{ line: string; id: FlagId; value: unknown }>([
  { line: "file to-print -v4", id: "verbosity", value: 4 },
  { line: "file to-print --v=4", id: "verbosity", value: 4 },
  { line: "file to-print -v 2 -v 5", id: "verbosity", value: 5 },
  { line: "file to-print --once", id: "once", value: true },
  { line: "file to-print --once=F", id: "once", value: false },
  { line: "file to-print --once=1 --once=0", id: "once", value: false },
  { line: "file to-print --input a,b --input=c -i d", id: "input", value: ["a", "b", "c", "d"] },
  { line: "file to-print --min_sync_period 1m30s", id: "minSyncPeriod", value: 90_000 },
  { line: "file to-print --min-sync-period=0", id: "minSyncPeriod", value: 0 },
  { line: "file to-print -o json", id: "outputTextJson", value: "json" },
  { line: "file to-file -o x.yaml", id: "outputPath", value: "x.yaml" },
  { line: "view file -o yaml", id: "outputTextJsonYaml", value: "yaml" },
  { line: "--input a file to-print", id: "input", value: ["a"] },
  { line: "kube --context c to-print", id: "context", value: "c" },
  { line: "kube to-winuserspace --once", id: "once", value: true },
])("$line gives $id the value $value", ({ line, id, value }) => {
  assert.deepEqual(read(line)[id], value);
});

Deno.test.each([
  { line: "file to-print --inptu x.yaml", says: "Unknown flag --inptu; did you mean --input?" },
  { line: "file to-print --zzz", says: "Unknown flag --zzz" },
  { line: "file to-print -strict", says: "Unknown flag -strict; did you mean --strict?" },
  {
    line: "kube to-print -kubeconfig=x",
    says: "Unknown flag -kubeconfig=x; did you mean --kubeconfig?",
  },
  { line: "file to-print --no-once", says: "Unknown flag --no-once; did you mean --once?" },
  {
    line: "file to-print --kubeconfig=x",
    says: 'Flag --kubeconfig belongs to source kube, hns, not to "windlass file to-print"',
  },
  {
    line: "view file --once",
    says: 'Flag --once belongs to top, SOURCE SINK, not to "windlass view file"',
  },
  {
    line: "file to-print -v=many",
    says: 'Cannot read flag -v: "many" is not a whole number from 0 to 10',
  },
  {
    line: "file to-print -v 11",
    says: 'Cannot read flag -v: "11" is not a whole number from 0 to 10',
  },
  { line: "file to-print -v 1.5", says: '"1.5" is not a whole number' },
  { line: "file to-print --once=maybe", says: '--once: "maybe" is neither true nor false' },
  {
    line: "file to-print --min-sync-period 5",
    says: '--min-sync-period: "5" is not a duration; give one such as 300ms, 5s or 1m30s',
  },
  {
    line: "file to-print --input",
    says: "Cannot read flag --input: a value is missing; write --input=PATH[,PATH...]",
  },
  { line: "file to-print --input a,,b", says: '"a,,b" has an empty entry' },
  {
    line: "view file -o jsno",
    says: 'Cannot read flag -o: "jsno" is not one of text, json, yaml; did you mean json?',
  },
  {
    line: "plan file --backend iptables",
    says: 'Cannot read flag --backend: "iptables" is not one of userspace, winkernel, print',
  },
])("$line is refused", ({ line, says }) => {
  assert(messageOf(line).includes(says), messageOf(line));
});

Deno.test("a refused flag leads to the help of its command", () => {
  assert.throws(() => read("view file --zzz"), { topic: "view file" });
});
