import assert from "node:assert/strict";
import { directKey, judge, JUDGE_RULES, type Known } from "./judge.ts";
import type { Expected, Sight, Target } from "./model.ts";

const ONE = "10.244.1.5:80";
const TWO = "10.244.1.6:80";
const SURE = { sticky: false, optional: false, rule: "policy-cluster" } as const;
const oneOf = (...endpoints: readonly string[]): Expected => ({
  answer: "one-of",
  endpoints,
  ...SURE,
});
const NOBODY: Expected = { answer: "nobody", rule: "no-endpoints" };
const UNSURE: Expected = { answer: "unsure", rule: "unknown-client" };

function sight(seen: Sight["seen"], name = ""): Sight {
  return { seen, name, ms: 1 };
}

function target(expected: Expected, more: Partial<Target> = {}): Target {
  const place = { ip: "10.96.0.10", port: 80, node: "", family: "IPv4" } as const;
  return {
    ...{ key: "k", name: "default/web", protocol: "TCP", kind: "ClusterIP", ...place, expected },
    ...more,
  };
}

/** What is known where both endpoints were asked directly, and did this. */
function known(one: Sight, two: Sight, protocol: Target["protocol"] = "TCP"): Known {
  const byName = new Map<string, Set<string>>();
  for (const [{ name }, endpoint] of [[one, ONE], [two, TWO]] as const) {
    if (name !== "") byName.set(name, (byName.get(name) ?? new Set()).add(endpoint));
  }
  const direct = new Map([[directKey(protocol, ONE), one], [directKey(protocol, TWO), two]]);
  return { byName, direct };
}

const NAMED = known(sight("answered", "web-1"), sight("answered", "web-2"));
const UNNAMED = known(sight("answered"), sight("answered"));
const NOT_ASKED: Known = { byName: new Map(), direct: new Map() };
const both = oneOf(ONE, TWO);
const udp = { protocol: "UDP" } as const;

const CASES: readonly {
  readonly target: Target;
  readonly sight: Sight;
  readonly known?: Known;
  readonly says: string;
}[] = [
  { target: target(UNSURE), sight: sight("refused"), says: "unknown client-unknown" },
  { target: target(NOBODY), sight: sight("failed", "no route"), says: "unknown not-asked" },
  { target: target(NOBODY), sight: sight("refused"), says: "ok nobody-answers" },
  { target: target(NOBODY), sight: sight("closed"), says: "ok nobody-answers" },
  { target: target(NOBODY), sight: sight("open"), says: "wrong answers-without-endpoints" },
  {
    target: target({ answer: "one-of", endpoints: [ONE], ...SURE, optional: true }),
    sight: sight("refused"),
    says: "ok policy-for-own-clients",
  },
  { target: target(both), sight: sight("answered", ONE), says: "ok right-endpoint" },
  { target: target(both), sight: sight("answered", "web-2"), says: "ok right-endpoint" },
  { target: target(oneOf(ONE)), sight: sight("answered", TWO), says: "wrong wrong-endpoint" },
  { target: target(oneOf(ONE)), sight: sight("answered", "web-2"), says: "wrong wrong-endpoint" },
  { target: target(both), sight: sight("answered", "web-9"), says: "wrong stranger" },
  { target: target(both), sight: sight("answered", "web-9"), known: UNNAMED, says: "ok answered" },
  { target: target(both), sight: sight("answered"), says: "ok answered" },
  {
    target: target(both),
    sight: sight("open"),
    known: known(sight("open"), sight("open")),
    says: "ok connected",
  },
  { target: target(both), sight: sight("open"), known: NOT_ASKED, says: "ok connected" },
  { target: target(both), sight: sight("closed"), known: NOT_ASKED, says: "wrong no-answer" },
  { target: target(both), sight: sight("open"), says: "wrong no-answer" },
  {
    target: target(oneOf(ONE), { kind: "Endpoint" }),
    sight: sight("closed"),
    says: "ok connected",
  },
  {
    target: target(both, udp),
    sight: sight("silent"),
    known: known(sight("silent"), sight("silent"), "UDP"),
    says: "unknown speechless",
  },
  {
    target: target(both, udp),
    sight: sight("silent"),
    known: known(sight("answered"), sight("silent"), "UDP"),
    says: "wrong no-answer",
  },
  { target: target(both), sight: sight("silent"), says: "wrong no-answer" },
];

Deno.test.each(CASES.map((each, index) => ({ ...each, index })))(
  "judge() case $index: $says",
  ({ target, sight, known = NAMED, says }) => {
    const { mark, verdict } = judge(target, [sight], known);
    assert.equal(`${mark} ${verdict}`, says);
  },
);

Deno.test("every rule of the table has a case", () => {
  const tried = new Set(CASES.map(({ says }) => says.split(" ")[1]));
  assert.deepEqual(JUDGE_RULES.map(({ name }) => name).filter((name) => !tried.has(name)), []);
});

Deno.test("a cell is as bad as the worst that was seen", () => {
  const sights = [sight("answered", ONE), sight("refused"), sight("answered", TWO)];
  assert.equal(judge(target(both), sights, NAMED).mark, "wrong");
});

Deno.test("a client with affinity must not meet two endpoints", () => {
  const sticky = target({ answer: "one-of", endpoints: [ONE, TWO], ...SURE, sticky: true });
  const moved = judge(sticky, [sight("answered", ONE), sight("answered", TWO)], NAMED);
  assert.deepEqual([moved.mark, moved.verdict], ["wrong", "affinity"]);
  assert.equal(judge(sticky, [sight("answered", ONE), sight("answered", ONE)], NAMED).mark, "ok");
});
