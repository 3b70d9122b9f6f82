import assert from "node:assert/strict";
import { IDLE_OPS } from "../idle_ops.ts";
import type { AgentStatus } from "../sync_loop.ts";
import { ROW_RULES, SERVER_ROW_RULES } from "./rows.ts";
import { SERVER_VERDICT_RULES, VERDICT_RULES, verdictOf } from "./verdict.ts";

const FAILED = { key: "k", op: "open", attempts: 1, error: "no" };
const WELL: AgentStatus = {
  ready: true,
  syncs: 1,
  lastSyncAt: 0,
  source: { source: "file", state: "ok", problems: 0, failures: 0 },
  ops: IDLE_OPS,
  looks: null,
};
const LOOKS = { seen: true, error: "", waits: [] };

const CASES: readonly {
  readonly rule: string;
  readonly level: string;
  readonly of: AgentStatus;
}[] = [
  {
    rule: "source-trouble",
    level: "bad",
    of: { ...WELL, ready: false, source: { ...WELL.source, state: "trouble" } },
  },
  { rule: "waiting-for-lists", level: "warn", of: { ...WELL, ready: false } },
  { rule: "platform-unseen", level: "bad", of: { ...WELL, looks: { ...LOOKS, error: "away" } } },
  {
    rule: "operations-failed",
    level: "bad",
    of: { ...WELL, ops: { ...IDLE_OPS, failed: [FAILED] } },
  },
  {
    rule: "waiting-for-others",
    level: "warn",
    of: { ...WELL, looks: { ...LOOKS, waits: [{ key: "network/n", what: "the network" }] } },
  },
  { rule: "working", level: "good", of: { ...WELL, ops: { ...IDLE_OPS, inFlight: 1 } } },
  { rule: "in-sync", level: "good", of: WELL },
];

Deno.test.each([...CASES])("the proxy is judged $rule: $level", ({ rule, level, of }) => {
  const verdict = verdictOf(of);
  assert.deepEqual([verdict.rule, verdict.level], [rule, level]);
});

Deno.test("every rule of the verdict has a case", () => {
  assert.deepEqual(VERDICT_RULES.map(({ name }) => name), CASES.map(({ rule }) => rule));
});

Deno.test.each([
  {
    rule: "source-trouble",
    of: { ...WELL, source: { ...WELL.source, state: "trouble" as const } },
  },
  { rule: "waiting-for-lists", of: { ...WELL, ready: false } },
  { rule: "serving", of: WELL },
])("a server of KPNG is judged $rule", ({ rule, of }) => {
  assert.equal(verdictOf(of, SERVER_VERDICT_RULES).rule, rule);
});

Deno.test("docs/reference/status-page.md tells what each state and each verdict means", async () => {
  const url = new URL("../../docs/reference/status-page.md", import.meta.url);
  const cells = (await Deno.readTextFile(url)).split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()).join("|"));
  // A service that a rule leaves out is told by that rule's name.
  const rules = [
    ...[...ROW_RULES.slice(1), ...SERVER_ROW_RULES.slice(1)],
    ...[...VERDICT_RULES, ...SERVER_VERDICT_RULES],
  ];
  for (const { name, then, why } of rules) {
    assert.ok(cells.includes(`|\`${name}\`|${then}|${why}|`), name);
  }
});
