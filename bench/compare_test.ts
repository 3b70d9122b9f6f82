/**
 * Two runs are compared by ratios where they have them; a difference counts only beyond the noise.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCompare } from "./compare.ts";
import { cautions, compare, type Compared, VERDICTS } from "./compare_results.ts";
import { comparison } from "./compare_text.ts";
import type { CaseResult } from "./harness.ts";
import { aCase, aRun } from "./report/test_runs.ts";

function compared(
  before: readonly CaseResult[],
  after: readonly CaseResult[],
): readonly Compared[] {
  return compare(aRun({ s: before }), aRun({ s: after }));
}

const faster = { unit: "/s", higherIsBetter: true } as const;
const one = { samples: 1 } as const;

const CASES: readonly {
  readonly rule: string;
  readonly verdict: string;
  readonly what: string;
  readonly before: readonly CaseResult[];
  readonly after: readonly CaseResult[];
}[] = [
  {
    rule: "not-measured-again",
    verdict: "gone",
    what: "a case that the second run lacks",
    before: [aCase("m", 10)],
    after: [],
  },
  {
    rule: "not-measured-before",
    verdict: "new",
    what: "a case that the first run lacks",
    before: [],
    after: [aCase("m", 10)],
  },
  {
    rule: "not-measured-before",
    verdict: "new",
    what: "a case whose unit has changed",
    before: [aCase("m", 10)],
    after: [aCase("m", 10, { unit: "µs" })],
  },
  {
    rule: "equal",
    verdict: "same",
    what: "the same count of one sample",
    before: [aCase("m", 6001, one)],
    after: [aCase("m", 6001, one)],
  },
  {
    rule: "within-noise",
    verdict: "same",
    what: "a larger time whose middle half meets that of the first",
    before: [aCase("m", 10)],
    after: [aCase("m", 12)],
  },
  {
    rule: "noise-unknown",
    verdict: "unsure",
    what: "another count of one sample",
    before: [aCase("m", 6001, one)],
    after: [aCase("m", 7000, one)],
  },
  {
    rule: "hardly-changed",
    verdict: "same",
    what: "a time that is four per cent larger, with hardly any noise",
    before: [aCase("m", 100, { strewn: 0.001 })],
    after: [aCase("m", 104, { strewn: 0.001 })],
  },
  {
    rule: "worse-beyond-noise",
    verdict: "worse",
    what: "a time that is far larger",
    before: [aCase("m", 10)],
    after: [aCase("m", 15)],
  },
  {
    rule: "worse-beyond-noise",
    verdict: "worse",
    what: "a rate that is far lower",
    before: [aCase("m", 15, faster)],
    after: [aCase("m", 10, faster)],
  },
  {
    rule: "better-beyond-noise",
    verdict: "better",
    what: "a rate that is far higher",
    before: [aCase("m", 10, faster)],
    after: [aCase("m", 15, faster)],
  },
];

Deno.test.each(CASES)("$what is said to be: $verdict", ({ rule, verdict, before, after }) => {
  const [only, ...more] = compared(before, after);
  assert.deepEqual(more, []);
  assert.deepEqual([only?.verdict, only?.rule], [verdict, rule]);
});

Deno.test("every rule has a case", () => {
  const shown = new Set(CASES.map(({ rule }) => rule));
  assert.deepEqual(VERDICTS.filter(({ name }) => !shown.has(name)), []);
});

const withPeer = (own: number, peer: number) => [
  aCase("peer", peer),
  aCase("own", own, { peer: "peer", timesBetter: peer / own }),
];

Deno.test("a machine that got slower makes nothing worse that kept its ratio to its peer", () => {
  const [peer, own] = compared(withPeer(10, 100), withPeer(30, 300));
  assert.deepEqual([peer?.by, peer?.verdict], ["figure", "worse"]);
  assert.deepEqual([own?.by, own?.verdict, own?.timesBetter], ["ratio", "same", 1]);
});

Deno.test("a case that fell behind its peer is worse, though the machine got faster", () => {
  const [, own] = compared(withPeer(10, 100), withPeer(10, 20));
  assert.deepEqual([own?.by, own?.verdict, own?.timesBetter], ["ratio", "worse", 0.2]);
});

Deno.test("with another peer than before, figures are compared", () => {
  const other = [aCase("other", 50), aCase("own", 10, { peer: "other", timesBetter: 5 })];
  const own = compared(withPeer(10, 100), other).find(({ name }) => name === "own");
  assert.deepEqual([own?.by, own?.verdict], ["figure", "same"]);
});

const runs = fc.array(
  fc.record({
    median: fc.double({ min: 0, max: 1e6, noNaN: true }),
    strewn: fc.double({ min: 0, max: 0.4, noNaN: true }),
    samples: fc.constantFrom(1, 5, 20),
    higherIsBetter: fc.boolean(),
  }),
  { maxLength: 6 },
).map((cases) => cases.map(({ median, ...more }, i) => aCase(`case ${i}`, median, more)));

Deno.test("a run is the same as itself", () => {
  fc.assert(fc.property(runs, (cases) => {
    assert.ok(compared(cases, cases).every(({ verdict }) => verdict === "same"));
  }));
});

Deno.test("what is worse one way round is better the other way round", () => {
  const opposite = { worse: "better", better: "worse", gone: "new", new: "gone" } as const;
  fc.assert(fc.property(runs, runs, (a, b) => {
    const sameWay = b.map((each, i) => {
      return { ...each, higherIsBetter: a[i]?.higherIsBetter ?? each.higherIsBetter };
    });
    const verdicts = (rows: readonly Compared[]) =>
      rows.toSorted((x, y) => x.name.localeCompare(y.name)).map(({ verdict }) => verdict);
    const turned = verdicts(compared(sameWay, a));
    const expected = verdicts(compared(a, sameWay)).map((verdict) =>
      verdict === "same" || verdict === "unsure" ? verdict : opposite[verdict]
    );
    assert.deepEqual(turned, expected);
  }));
});

Deno.test("the text says first what got worse, the largest change first, and counts the same", () => {
  const before = [aCase("a", 10), aCase("b", 10), aCase("c", 10), aCase("d", 10)];
  const after = [aCase("a", 20), aCase("b", 40), aCase("c", 1), aCase("d", 10)];
  const text = comparison(compared(before, after), { cautions: ["Mind this"] });
  const order = [
    "! Mind this",
    "Worse, beyond the noise: 2",
    "s      b",
    "s      a",
    "Better",
    "s ",
  ]
    .map((each) => text.indexOf(each));
  assert.ok(order.every((at) => at >= 0), text);
  assert.deepEqual(order.slice(0, 5), order.slice(0, 5).toSorted((a, b) => a - b));
  assert.match(text, /0\.250× +10\.0 +9\.00 … 11\.0 +40\.0 +36\.0 … 44\.0 +ms/);
  assert.match(text, /The same, within the noise: 1 \(--all lists them\)$/);
  assert.doesNotMatch(text, /^s +d /m);
  assert.match(comparison(compared(before, after), { all: true }), /^s +d /m);
});

Deno.test("that nothing got worse is said", () => {
  assert.match(comparison(compared([aCase("a", 1)], [aCase("a", 1)])), /^Nothing got worse/);
});

Deno.test("runs of other machines, other Denos, busy or quick ones are compared with a word of care", () => {
  const run = aRun({});
  const { machine } = run;
  assert.deepEqual(cautions(run, run), []);
  assert.match(
    cautions(run, { ...run, machine: { ...machine, cores: 16 } }).join("\n"),
    /^The machines differ: .* 4 processors .* 16 processors .* Only ratios/,
  );
  const busy = { ...run, machine: { ...machine, loadBefore: [8] } };
  assert.match(cautions(run, busy).join("\n"), /busy .* before the second run/);
  assert.match(cautions(run, { ...run, quick: true }).join("\n"), /One run was quick/);
  assert.match(
    cautions(run, { ...run, versions: { deno: "3.0.0" } }).join("\n"),
    /Deno differs: 2\.9\.6, then 3\.0\.0/,
  );
});

Deno.test("a name alone is a file of bench/results; a path is a path", () => {
  assert.deepEqual(parseCompare(["main", "other/new.json", "--all"]), {
    before: "bench/results/main.json",
    after: "other/new.json",
    all: true,
  });
  assert.equal(parseCompare(["a.json", "b"]).before, "bench/results/a.json");
});

Deno.test.each([
  { args: ["a"], why: /two results are needed, not 1/ },
  { args: ["a", "b", "c"], why: /two results are needed, not 3/ },
  { args: ["a", "b", "--al"], why: /"--al" is no flag; there is --all/ },
])("what cannot be compared is refused: $args", ({ args, why }) => {
  assert.throws(() => parseCompare(args), why);
});

Deno.test("the task may read files, also those of another checkout, and nothing else", async () => {
  const text = await Deno.readTextFile(new URL("../deno.json", import.meta.url));
  assert.deepEqual(JSON.parse(text).permissions["bench-compare"], { read: true });
});
