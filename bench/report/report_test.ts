/**
 * The page of a run puts ratios first, says what makes figures worth less and what was left out, and
 * shows all charts that are written. What is written can be read again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bandOf, ratioBandOf } from "./band.ts";
import { chartsOf } from "./charts.ts";
import { chiefRatios, isOwn, linesOf, measureGroups } from "./choose.ts";
import { markdown } from "./markdown.ts";
import { type BenchResult, readResult } from "./result.ts";
import { aCase, aRun } from "./test_runs.ts";
import { fileFor, placesOf, writeReport } from "./write.ts";

const faster = { unit: "/s", higherIsBetter: true } as const;
const DATA_PATH = [
  aCase("bulk: direct", 30, faster),
  aCase("bulk: haproxy", 20, { ...faster, peer: "bulk: direct", timesBetter: 2 / 3 }),
  aCase("bulk: windlass native", 24, {
    ...faster,
    peer: "bulk: haproxy",
    timesBetter: 1.2,
    target: { kind: "times-better", atLeast: 1.1 },
    reached: true,
  }),
  aCase("bulk, p50: windlass native", 3, { peer: "bulk, p50: direct", timesBetter: 0.4 }),
];
const PIPELINE = [
  aCase("1000 × 10: naive full rebuild", 25),
  aCase("1000 × 10: one endpoint flips", 0.025, {
    peer: "1000 × 10: naive full rebuild",
    timesBetter: 1000,
  }),
  aCase("10000 × 10: naive full rebuild", 250),
  aCase("10000 × 10: one endpoint flips", 0.025, {
    peer: "10000 × 10: naive full rebuild",
    timesBetter: 10_000,
  }),
];
const RUN = aRun({ pipeline: PIPELINE, "data-path": DATA_PATH }, {
  titles: { pipeline: "Events to changes" },
  notes: { "data-path": ["haproxy: 3.0.11", "Left out: socat is not to be had here", "A word"] },
});

const pageOf = (run: BenchResult) => markdown(run, chartsOf(run), "run.charts");

Deno.test("ratios come first, and only those that something was aimed at where there are any", () => {
  const page = pageOf(RUN);
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  assert.deepEqual(headings, [
    "Benchmark of 2026-11-21",
    "Ratios",
    "What was aimed at",
    "Left out",
    "Where and with what",
    "pipeline",
    "data-path",
  ]);
  assert.deepEqual(chiefRatios(DATA_PATH).map(({ name }) => name), ["bulk: windlass native"]);
  assert.equal(chiefRatios(PIPELINE).length, 2);
  assert.match(
    page,
    /\| bulk: windlass native \| \*\*1\.20×\*\* \| 0\.982× … 1\.47× \| haproxy \|/,
  );
});

Deno.test("the page names the machine, versions and what was left out, and keeps other notes", () => {
  const page = pageOf(RUN);
  assert.match(page, /\| processors \| 4 × A Processor \|/);
  assert.match(page, /\| haproxy \| 3\.0\.11 \|/);
  assert.match(page, /## Left out\n\n- socat is not to be had here\n/);
  assert.match(page, /^- A word$/m);
  assert.doesNotMatch(page, /^- haproxy: 3/m);
  assert.doesNotMatch(page, /^>/m, "there is nothing to warn of");
});

Deno.test("quick runs and busy machines are said at the top", () => {
  const machine = { ...RUN.machine, loadBefore: [9] };
  const top = pageOf({ ...RUN, quick: true, machine }).split("## ")[0] ?? "";
  assert.match(top, /^> A quick run/m);
  assert.match(top, /^> The machine was busy .*load 9\.00 on 4/m);
});

Deno.test("a suite that broke off is said at the top, once", () => {
  const notes = { hns: ["Broken off: Operations failed\nin the emulator"] };
  const page = pageOf(aRun({ hns: [aCase("plan", 3)] }, { notes }));
  assert.match(page, /^> The suite hns\. Broken off: Operations failed in the emulator$/m);
  assert.equal(page.match(/Broken off/g)?.length, 1);
});

Deno.test("a run without peers says so instead of showing nothing", () => {
  assert.match(pageOf(aRun({ hns: [aCase("plan", 3)] })), /No case of this run has a peer/);
});

Deno.test("a bar in a name does not end a cell", () => {
  assert.match(pageOf(aRun({ hns: [aCase("a | b", 3)] })), /\| a \\\| b \|/);
});

Deno.test("Windlass stands out among other programs; without any, what is no peer does", () => {
  const own = (cases: typeof DATA_PATH) => cases.filter((each) => isOwn(each, cases));
  assert.deepEqual(own(DATA_PATH).map(({ name }) => name), [
    "bulk: windlass native",
    "bulk, p50: windlass native",
  ]);
  assert.ok(own(PIPELINE).every(({ name }) => name.includes("flips")));
});

Deno.test("cases of one measure and unit stand side by side", () => {
  const groups = measureGroups([...DATA_PATH, aCase("bulk: memory", 3, { unit: "MB" })]);
  assert.deepEqual(groups.map(({ measure, cases }) => [measure, cases.length]), [["bulk", 3]]);
});

Deno.test("figures by size are a line where there is more than one size", () => {
  const [chart, ...more] = linesOf("pipeline", PIPELINE);
  assert.deepEqual(more, []);
  assert.deepEqual(
    chart?.series.map(({ label, own, points }) => [label, own, points.map(({ x }) => x)]),
    [
      ["naive full rebuild", false, [1000, 10_000]],
      ["one endpoint flips", true, [1000, 10_000]],
    ],
  );
  assert.deepEqual(linesOf("pipeline", PIPELINE.slice(0, 2)), []);
  assert.deepEqual(linesOf("hns", PIPELINE), []);
});

Deno.test("the band is the middle half of many samples, all of a few, and nothing of one", () => {
  const strewn = 0.25;
  assert.deepEqual(bandOf(aCase("m", 100, { strewn })), { low: 75, high: 125 });
  assert.deepEqual(bandOf(aCase("m", 100, { strewn, samples: 5 })), { low: 50, high: 150 });
  const old = aCase("m", 100, { strewn, q1: NaN, q3: NaN });
  assert.deepEqual(bandOf(old), { low: 50, high: 150 });
  assert.equal(bandOf(aCase("m", 100, { samples: 1 })), null);
});

Deno.test("a ratio's band goes from the worst that it may be to the best", () => {
  const [own, peer] = [aCase("own", 10), aCase("peer", 20)];
  assert.deepEqual(ratioBandOf(own, peer), { low: 18 / 11, high: 22 / 9 });
  const [more, less] = [aCase("own", 20, faster), aCase("peer", 10, faster)];
  assert.deepEqual(ratioBandOf(more, less), { low: 18 / 11, high: 22 / 9 });
  const none = aCase("none lost", 0);
  assert.deepEqual(ratioBandOf(none, none), { low: 1, high: 1 });
  assert.equal(ratioBandOf(own, aCase("peer", 20, { samples: 1 })), null);
});

Deno.test("what is written can be read again, also what JSON has no numbers for", () => {
  const perfect = aCase("lost: own", 0, { peer: "lost: peer", timesBetter: Infinity });
  const none = aCase("none", NaN, { samples: 0 });
  const run = aRun({ s: [perfect, none, ...DATA_PATH] });
  assert.deepEqual(readResult(JSON.stringify(run)), run);
});

Deno.test("a file of an older run is read; what it does not say is unknown", () => {
  const [first] = PIPELINE;
  const { q1: _q1, q3: _q3, target: _target, reached: _reached, ...old } = first ?? aCase("x", 1);
  const run = readResult(JSON.stringify({
    date: "2026-11-21T12:00:00.000Z",
    machine: { os: "linux", arch: "x86_64", cores: 2 },
    results: { pipeline: [old] },
  }));
  assert.equal(run.machine.cpu, null);
  const [read] = run.results["pipeline"] ?? [];
  assert.ok(read !== undefined && Number.isNaN(read.q1));
  assert.deepEqual(bandOf(read), { low: read.min, high: read.max });
});

Deno.test.each([
  { text: "{}", why: /no result of the benchmark/ },
  { text: `{"date":"x","results":{"s":[{}]}}`, why: /no "name"/ },
  { text: "[", why: /JSON/ },
])("what is no result is refused: $text", ({ text, why }) => {
  assert.throws(() => readResult(text), why);
});

Deno.test("a run's files are named by its time, and its page and charts by its file", () => {
  const json = fileFor({ date: "2026-11-21T16:07:33.011Z", quick: true });
  assert.equal(json, "bench/results/2026-11-21T1607-quick.json");
  assert.deepEqual(placesOf("a/b.json"), {
    json: "a/b.json",
    page: "a/b.md",
    charts: "a/b.charts",
  });
});

Deno.test("every chart that a page shows is written, and none stays from an earlier run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const places = placesOf(`${folder}/my run.json`);
    await writeReport(RUN, places);
    await writeReport(aRun({ pipeline: PIPELINE }), places);
    const page = await Deno.readTextFile(places.page);
    const shown = [...page.matchAll(/!\[.*?\]\((.*?)\)/g)].map(([, link = ""]) => decodeURI(link));
    const written = (await Array.fromAsync(Deno.readDir(places.charts)))
      .map(({ name }) => `my run.charts/${name}`);
    assert.ok(shown.length > 0);
    assert.deepEqual(shown.toSorted(), written.toSorted());
    assert.deepEqual(
      readResult(await Deno.readTextFile(places.json)),
      aRun({ pipeline: PIPELINE }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
