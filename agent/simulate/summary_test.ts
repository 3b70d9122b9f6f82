import assert from "node:assert/strict";
import { DEFAULT_OPTIONS } from "./options.ts";
import { paintLine } from "./paint.ts";
import { summaryLines } from "./summary.ts";
import { Tally } from "./tally.ts";

function summary(tally: Tally, interrupted = false): string {
  const outcome = { tally, elapsedMs: 30_100, firstReplyMs: 212, interrupted };
  return summaryLines({ options: DEFAULT_OPTIONS, outcome, total: tally.total() })
    .map((line) => paintLine(line, { columns: Infinity, color: false }))
    .join("\n");
}

function answered(): Tally {
  const tally = new Tally("steady");
  tally.begin("steady");
  for (let i = 0; i < 1000; i++) tally.now.count("answered");
  return tally;
}

Deno.test("the summary of a good run says what was run, the figures, and OK", () => {
  const text = summary(answered());
  assert.match(text, /for 30\.1 s: 12 services with 3 pods each on 3 nodes, 32 clients, seed 1$/m);
  assert.match(text, /answered 212 ms after the start/);
  assert.match(text, /^steady +1,000 +0 +0 +0 +0 +- +- +-$/m);
  assert.match(text, /^OK: 1,000 requests/m);
  assert.doesNotMatch(text, /^all /m);
});

Deno.test("the summary of several scenarios has a line for all", () => {
  const tally = answered();
  tally.begin("scale");
  tally.now.count("answered");
  assert.match(summary(tally), /^all +1,001 /m);
});

Deno.test("the summary of a bad run tells the first failures in words", () => {
  const tally = answered();
  for (let i = 0; i < 30; i++) {
    tally.now.count("misrouted");
    const rule = "endpoint-not-allowed";
    tally.tell({ atMs: 1234, story: "steady", verdict: "misrouted", rule, what: "web …" });
  }
  const text = summary(tally);
  assert.match(text, /^ +1\.234 s {2}steady {2}misrouted \(endpoint-not-allowed\) {2}web …$/m);
  assert.match(text, /^… and 10 more$/m);
  assert.match(text, /^FAILED: 0 failed, 30 misrouted, 0 connections cut\.$/m);
});

Deno.test("the summary says what the scenario broke, and that it was ended early", () => {
  const tally = answered();
  tally.now.count("excused");
  const text = summary(tally, true);
  assert.match(text, /\(ended early\)/);
  assert.match(text, /^1 requests ended with the pod that held them, as they must\.$/m);
});

Deno.test("the summary of a run in which nothing happened does not say OK", () => {
  assert.match(summary(new Tally("steady")), /^NOTHING SEEN: no request was made\.$/m);
});
