import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { paintLine, sparkline, styled } from "./paint.ts";
import { pictureLines, type PictureState, progressLine } from "./picture.ts";

const STATE: PictureState = {
  elapsedMs: 12_340,
  durationMs: 30_000,
  story: "scale",
  stories: ["steady", "rolling-update", "scale"],
  services: [
    {
      name: "web",
      clusterIP: "127.83.0.1:8080",
      nodePort: 30_000,
      pods: ["ready", "terminating", "starting", "dead"],
      answersPerSecond: 103,
    },
    { name: "cart", clusterIP: "127.83.0.2:8080", nodePort: null, pods: [], answersPerSecond: 0 },
  ],
  nodes: { up: 2, all: 3 },
  api: { url: "http://127.83.255.1:6443", away: false },
  open: 19,
  connectionsPerSecond: [100, 400],
  requestsPerSecond: [200, 1104],
  queriesPerSecond: [40, 250],
  figures: {
    requests: 12_345,
    failed: 0,
    misrouted: 0,
    connectionsCut: 0,
    bytes: 1,
    syncs: 84,
    syncMsP50: 0.61,
    syncMsP99: 2.1,
    changeToTrafficMsP50: 14,
    changeToTrafficMsP99: 31,
    latencyMsP50: 0.41,
    latencyMsP99: 2.24,
    udp: {
      requests: 2345,
      failed: 0,
      misrouted: 0,
      connectionsCut: 0,
      flows: 800,
      retries: 3,
      latencyMsP50: 0.3,
      latencyMsP99: 1.9,
    },
  },
  firstReplyMs: 212,
  news: [{ atMs: 12_300, text: "web: + web-x7f2k ready", bad: false }],
};

function picture(state: PictureState, rows = 24, columns = 100): readonly string[] {
  return pictureLines(state, { rows }).map((line) => paintLine(line, { columns, color: false }));
}

Deno.test("the picture shows scenario, services, endpoints, rates, latencies, failures and news", () => {
  assert.deepEqual(picture(STATE).map((line) => line.trimEnd()), [
    "windlass simulate  12.3 of 30.0 s   scale (3 of 3)  services grow and shrink",
    "2 services  1 endpoints, 3 changing  2/3 nodes  API http://127.83.255.1:6443",
    "",
    "connections/s      400  ▃█                        19 open",
    "requests/s       1,104  ▂█                        the first after 212 ms",
    "… of them UDP      250  ▂█                        latency 0.30 / 1.9 ms, 3 sent again",
    "latency           0.41 ms median    2.2 ms p99  request to reply",
    "sync              0.61 ms median    2.1 ms p99  84 syncs",
    "change              14 ms median     31 ms p99  API write to first reply of a new endpoint",
    "failed 0   misrouted 0   connections cut 0",
    "",
    "SERVICE       CLUSTER-IP            NODE-PORT   ANSWERS/S  ENDPOINTS",
    "web           127.83.0.1:8080       30000             103  ●◐◌✕",
    "cart          127.83.0.2:8080       -                   0",
    "",
    "   12.3 s  web: + web-x7f2k ready",
  ]);
});

Deno.test.each([{ rows: 24 }, { rows: 16 }, { rows: 12 }, { rows: 5 }, { rows: 1 }])(
  "the picture of 1,000 services fits into $rows rows",
  ({ rows }) => {
    const [service] = STATE.services;
    const services = Array.from({ length: 1000 }, () => service).filter((row) => row !== undefined);
    const lines = picture({ ...STATE, services }, rows);
    assert.ok(lines.length <= rows, `${lines.length} lines`);
    if (rows === 24) assert.ok(lines.includes("and 993 more"), lines.join("\n"));
  },
);

Deno.test.each([{ columns: 100 }, { columns: 40 }, { columns: 7 }])(
  "no line of the picture is wider than $columns columns, in colour too",
  ({ columns }) => {
    for (const line of pictureLines(STATE, { rows: 24 })) {
      const painted = paintLine(line, { columns, color: true });
      assert.ok([...stripVTControlCharacters(painted)].length <= columns, painted);
    }
  },
);

Deno.test("failures and an absent API server are red", () => {
  const figures = { ...STATE.figures, failed: 3 };
  const api = { ...STATE.api, away: true };
  const lines = pictureLines({ ...STATE, figures, api }, { rows: 24 });
  const red = lines.flat().filter((span) => typeof span !== "string" && span.style === "red");
  assert.ok(red.some((span) => typeof span !== "string" && span.text === "3"));
  assert.ok(red.some((span) => typeof span !== "string" && span.text === "API server away"));
});

Deno.test("colour is written only where it is wanted", () => {
  const line = [styled("green", "ok")];
  assert.equal(paintLine(line, { columns: 10, color: false }), "ok");
  assert.equal(paintLine(line, { columns: 10, color: true }), "\x1b[32mok\x1b[39m");
});

Deno.test("progressLine() has everything in one line without colour", () => {
  assert.equal(
    progressLine(STATE),
    "  12.3 s  scale            1,104 requests/s   250 UDP    400 connections/s  latency 0.41/2.2 ms  " +
      "sync 0.61/2.1 ms  change 14/31 ms  failed 0  misrouted 0  cut 0",
  );
});

Deno.test("sparkline() shows the last values, the largest as the highest", () => {
  assert.equal(sparkline([0, 50, 100], 10), "▁▅█");
  assert.equal(sparkline([9, 9, 1, 100], 2), "▁█");
  assert.equal(sparkline([], 5), "");
  assert.equal(sparkline([0, 0], 5), "▁▁");
});
