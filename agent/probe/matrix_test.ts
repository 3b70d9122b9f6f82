import assert from "node:assert/strict";
import { junitText } from "./junit.ts";
import { changesText, matrixText, seenText } from "./matrix.ts";
import type { Cell, Mark, Round } from "./model.ts";

function cell(ip: string, mark: Mark): Cell {
  return {
    ...{ key: `default/web ClusterIP ${ip}:80`, name: "default/web", kind: "ClusterIP" },
    ...{ protocol: "TCP", family: "IPv4", node: "", ip, port: 80 },
    expected: { answer: "nobody", rule: "no-endpoints" },
    sights: [{ seen: "answered", name: "web-1", ms: 1500 }],
    ...{ mark, verdict: "v", why: 'a "why" with <signs> & more' },
  };
}

function round(cells: Readonly<Record<string, readonly Cell[]>>, ...failed: string[]): Round {
  return {
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    columns: Object.entries(cells).map(([from, cells]) => ({ from, cells, leftOut: ["x: why"] })),
    failures: failed.map((agent) => ({ agent, why: "it cannot be asked" })),
  };
}

const WORDS = 'a "why" with <signs> & more; expected no answer (no-endpoints), saw web-1';

Deno.test("a row for each address, a column for each prober, what is wrong in words", () => {
  const text = matrixText(
    round({
      n1: [cell("10.0.0.1", "ok"), cell("10.0.0.2", "wrong")],
      n2: [cell("10.0.0.1", "unknown")],
    }, "n3"),
  );
  assert.equal(
    text,
    `SERVICE PORT  PROTOCOL  KIND       ADDRESS      n1  n2
default/web   TCP       ClusterIP  10.0.0.1:80  .   ?
                        ClusterIP  10.0.0.2:80  X   -

. as the view says: 1   X wrong: 1   ? cannot be told: 1
X n1 → default/web TCP ClusterIP 10.0.0.2:80: ${WORDS}
? n2 → default/web TCP ClusterIP 10.0.0.1:80: ${WORDS}
Agent n3: it cannot be asked
Not probed: x: why
`,
  );
  assert.equal(matrixText(round({ n1: [] })).split("\n")[0], "Nothing to probe");
});

Deno.test("what changes between two rounds is a line each, what does not is none", () => {
  const before = round({ n1: [cell("10.0.0.1", "ok"), cell("10.0.0.2", "ok")] }, "n2");
  const now = round({ n1: [cell("10.0.0.1", "wrong"), cell("10.0.0.3", "ok")] }, "n4");
  const where = "n1 → default/web TCP ClusterIP";
  assert.deepEqual(changesText(before, now), [
    `. → X ${where} 10.0.0.1:80: ${WORDS}`,
    `+ . ${where} 10.0.0.3:80: ${WORDS}`,
    `- ${where} 10.0.0.2:80: gone`,
    "Agent n4: it cannot be asked",
    "Agent n2 answers again",
  ]);
  assert.deepEqual(changesText(now, now), []);
});

Deno.test("what was seen several times is told once", () => {
  const sight = (name: string) => ({ seen: "answered", name, ms: 1 }) as const;
  const refused = { seen: "refused", name: "", ms: 1 } as const;
  assert.equal(seenText([sight("a"), refused, sight("a"), sight("")]), "a ×2, refused, an answer");
  assert.equal(seenText([]), "nothing");
});

Deno.test("JUnit gets a suite for each prober, and an error for each that did not answer", () => {
  const text = junitText(round({ n1: [cell("10.0.0.1", "ok"), cell("10.0.0.2", "wrong")] }, "n2"));
  const escaped = WORDS.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
  assert.equal(
    text,
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="windlass probe">
  <testsuite name="n1" tests="2" failures="1" errors="0" skipped="0" timestamp="2026-01-02T03:04:05">
    <testcase classname="default/web TCP" name="ClusterIP 10.0.0.1:80" time="1.5"/>
    <testcase classname="default/web TCP" name="ClusterIP 10.0.0.2:80" time="1.5"><failure message="X n1 → default/web TCP ClusterIP 10.0.0.2:80: ${escaped}"/></testcase>
  </testsuite>
  <testsuite name="n2" tests="1" failures="0" errors="1" timestamp="2026-01-02T03:04:05">
    <testcase name="answers"><error message="it cannot be asked"/></testcase>
  </testsuite>
</testsuites>
`,
  );
});
