import assert from "node:assert/strict";
import type { ClusterEvent } from "../core/mod.ts";
import type { SourceReport } from "../proto/mod.ts";
import { FakeSource, listOf } from "./test_fakes.ts";
import { strictSource } from "./strict_source.ts";

const PROBLEM: SourceReport = { severity: "problem", where: "a.yaml", message: "Bad" };

function runStrict() {
  const source = new FakeSource();
  const events: ClusterEvent[] = [];
  const reports: SourceReport[] = [];
  const abort = new AbortController();
  const ended = strictSource(source).run({
    events: (batch) => void events.push(...batch),
    report: (report) => void reports.push(report),
  }, abort.signal);
  return { source, events, reports, abort, ended };
}

Deno.test("a problem in the first state refuses all of it", async () => {
  const { source, events, reports, ended } = runStrict();
  source.sink.report(PROBLEM);
  source.say(listOf("Service"));
  await assert.rejects(ended, {
    code: "bad-config",
    message: /^Cannot accept the input because of --strict: it has a problem, listed above/,
  });
  assert.deepEqual(events, []);
  assert.deepEqual(reports, [PROBLEM]);
});

Deno.test("problems without any state are refused as well, with their number", async () => {
  const { source, ended } = runStrict();
  source.sink.report(PROBLEM);
  source.sink.report(PROBLEM);
  source.end();
  await assert.rejects(ended, /it has 2 problems/);
});

Deno.test("a note refuses nothing", async () => {
  const { source, events, ended } = runStrict();
  source.sink.report({ ...PROBLEM, severity: "note" });
  source.say(listOf("Service"));
  source.end();
  await ended;
  assert.equal(events.length, 1);
});

Deno.test("a problem that comes later is reported and ends nothing", async () => {
  const { source, events, reports, abort, ended } = runStrict();
  source.say(listOf("Service"));
  source.sink.report(PROBLEM);
  source.say(listOf("Node"));
  assert.equal(events.length, 2);
  assert.equal(reports.length, 1);
  abort.abort();
  await ended;
});
