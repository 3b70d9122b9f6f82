import assert from "node:assert/strict";
import { reportOf, Tally } from "./tally.ts";

const FIELDS = [
  "requests",
  "failed",
  "misrouted",
  "connectionsCut",
  "bytes",
  "syncs",
  "syncMsP50",
  "syncMsP99",
  "changeToTrafficMsP50",
  "changeToTrafficMsP99",
  "latencyMsP50",
  "latencyMsP99",
  "udp",
];

function played(): Tally {
  const tally = new Tally("steady");
  tally.begin("steady");
  tally.now.count("answered");
  tally.now.count("failed");
  tally.now.latencyMs.add(2);
  tally.begin("scale");
  tally.now.count("misrouted");
  tally.now.count("cut");
  tally.now.count("excused");
  tally.now.bytes += 100;
  tally.now.syncs += 1;
  tally.now.syncMs.add(0.5);
  tally.now.changeToTrafficMs.add(20);
  tally.of("steady").count("answered"); // a request that began in the earlier scenario
  return tally;
}

Deno.test("the report has exactly the fields of the contract, for all and for each scenario", () => {
  const report = reportOf(played());
  assert.deepEqual(Object.keys(report), [...FIELDS, "scenarios"]);
  assert.deepEqual(Object.keys(report.scenarios), ["steady", "scale"]);
  for (const figures of Object.values(report.scenarios)) {
    assert.deepEqual(Object.keys(figures), FIELDS);
  }
});

Deno.test("the report counts each verdict, and the whole is the sum of the scenarios", () => {
  const { scenarios, ...all } = reportOf(played());
  const counts = ({ requests, failed, misrouted, connectionsCut }: typeof all) => {
    return { requests, failed, misrouted, connectionsCut };
  };
  assert.deepEqual(counts(all), { requests: 5, failed: 1, misrouted: 1, connectionsCut: 1 });
  const { steady, scale } = scenarios;
  assert.ok(steady !== undefined && scale !== undefined);
  assert.deepEqual(counts(steady), { requests: 3, failed: 1, misrouted: 0, connectionsCut: 0 });
  assert.deepEqual(counts(scale), { requests: 2, failed: 0, misrouted: 1, connectionsCut: 1 });
  assert.equal(all.bytes, 100);
  assert.equal(all.syncs, 1);
  assert.ok(Math.abs(all.changeToTrafficMsP99 - 20) <= 0.2);
});

Deno.test("the report tells what of it was UDP, scenario by scenario", () => {
  const tally = played();
  for (const counts of [tally.now, tally.now.udp]) counts.count("misrouted");
  tally.now.udp.retries += 2;
  const { udp, misrouted, scenarios } = reportOf(tally);
  assert.deepEqual([misrouted, udp.requests, udp.misrouted, udp.retries], [2, 1, 1, 2]);
  assert.deepEqual([scenarios.scale?.udp.misrouted, scenarios.steady?.udp.misrouted], [1, 0]);
});

Deno.test("what the scenario broke is counted apart, and does not make a run unclean", () => {
  const tally = new Tally("node-loss");
  tally.now.count("excused");
  assert.equal(tally.total().excused, 1);
  assert.equal(tally.total().requests, 0);
  assert.equal(tally.total().clean, true);
  tally.now.count("cut");
  assert.equal(tally.total().clean, false);
});

Deno.test("only the first failures are kept in words, all are counted", () => {
  const tally = new Tally("steady");
  for (let i = 0; i < 100; i++) {
    tally.now.count("failed");
    tally.tell({ atMs: i, story: "steady", verdict: "failed", rule: "hung", what: `${i}` });
  }
  assert.equal(tally.failures.length, 20);
  assert.equal(tally.failures[0]?.what, "0");
  assert.equal(tally.total().failed, 100);
});
