import assert from "node:assert/strict";
import { readObject } from "../../core/mod.ts";
import { healthRoutes, rfc3339 } from "./health_routes.ts";
import { ProxyHealth } from "./proxy_health.ts";
import { router } from "./router.ts";

const T0 = Date.UTC(2026, 0, 5, 10);

function start({ nodeRequired = false } = {}) {
  const clock = { now: T0 };
  const answers: string[] = [];
  const health = new ProxyHealth({ timeoutMs: 60_000, nodeRequired, now: () => clock.now });
  const routes = router(healthRoutes({
    report: () => health.report(),
    onAnswer: (page, code) => void answers.push(`${page} ${code}`),
  }));
  const ask = async (path: string, method = "GET") => {
    const response = await routes(new Request(`http://127.0.0.1${path}`, { method }));
    return { code: response.status, headers: response.headers, text: await response.text() };
  };
  return { clock, health, ask, answers };
}

function node(fields: Readonly<Record<string, unknown>>) {
  const result = readObject({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    ...fields,
  });
  if (result.outcome !== "object" || result.object.kind !== "Node") throw new TypeError("no Node");
  return result.object;
}

Deno.test("the body is kube-proxy's, key by key", async () => {
  const { health, ask, clock } = start();
  health.synced(["IPv6", "IPv4"]);
  clock.now = T0 + 1500;
  const { code, headers, text } = await ask("/healthz");
  assert.equal(code, 200);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(
    text,
    '{"lastUpdated":"2026-01-05T10:00:01.5Z","currentTime":"2026-01-05T10:00:01.5Z",' +
      '"nodeEligible":true,"healthy":true,"status":{' +
      '"IPv4":{"lastUpdated":"2026-01-05T10:00:00Z","healthy":true},' +
      '"IPv6":{"lastUpdated":"2026-01-05T10:00:00Z","healthy":true}}}',
  );
  assert.equal(
    (await ask("/livez")).text,
    text.replace('"nodeEligible":true,', ""),
  );
});

Deno.test("a sync that cannot be made before all is listed is neither overdue nor done", async () => {
  const { health, ask, clock } = start();
  health.synced(["IPv4"]);
  clock.now = T0 + 1000;
  health.asked(["IPv4"]);
  health.excused(["IPv4"]);
  clock.now = T0 + 600_000;
  const { code, text } = await ask("/livez");
  assert.equal(code, 200);
  assert.match(text, /"IPv4":{"lastUpdated":"2026-01-05T10:00:00Z","healthy":true}/);
});

Deno.test("a process that has not begun is healthy and says nothing of families", async () => {
  const { ask } = start();
  assert.equal(
    (await ask("/livez")).text,
    '{"lastUpdated":"2026-01-05T10:00:00Z","currentTime":"2026-01-05T10:00:00Z","healthy":true}',
  );
});

Deno.test("a sync that is due for the whole time makes it unhealthy, and a sync heals it", async () => {
  const { health, ask, clock, answers } = start();
  health.synced(["IPv4"]);
  clock.now += 10_000;
  health.asked(["IPv4"]);
  clock.now += 59_999;
  health.asked(["IPv4"]); // the oldest request counts
  assert.equal((await ask("/healthz")).code, 200);
  clock.now += 1;
  const { code, text } = await ask("/healthz");
  assert.equal(code, 503);
  // with 503, lastUpdated tells when things were last right
  assert.match(text, /^\{"lastUpdated":"2026-01-05T10:00:00Z",.*"healthy":false,"status"/);
  assert.equal((await ask("/livez")).code, 503);
  health.synced(["IPv4"]);
  assert.equal((await ask("/healthz")).code, 200);
  assert.deepEqual(answers, ["healthz 200", "healthz 503", "livez 503", "healthz 200"]);
});

Deno.test("with nothing to do it stays healthy for ever", async () => {
  const { health, ask, clock } = start();
  health.synced(["IPv4"]);
  clock.now += 365 * 24 * 3600_000;
  assert.equal((await ask("/healthz")).code, 200);
});

Deno.test.each([
  {
    name: "being deleted",
    fields: { metadata: { name: "n1", deletionTimestamp: "2026-01-05T09:00:00Z" } },
    code: 503,
  },
  {
    name: "tainted by the autoscaler",
    fields: { spec: { taints: [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }] } },
    code: 503,
  },
  {
    name: "tainted otherwise",
    fields: {
      spec: {
        unschedulable: true,
        taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute" }],
      },
    },
    code: 200,
  },
  { name: "in order", fields: {}, code: 200 },
])(
  "a node that is $name answers /healthz with $code and /livez with 200",
  async ({ fields, code }) => {
    const { health, ask } = start({ nodeRequired: true });
    health.synced(["IPv4"]);
    health.heardOfNode(node(fields));
    const answer = await ask("/healthz");
    assert.equal(answer.code, code);
    assert.match(answer.text, new RegExp(`"nodeEligible":${code === 200},"healthy":true`));
    assert.equal((await ask("/livez")).code, 200);
  },
);

Deno.test("a node that was never heard of gets no traffic where a Node is required", async () => {
  const { ask } = start({ nodeRequired: true });
  assert.equal((await ask("/healthz")).code, 503);
  assert.equal((await ask("/livez")).code, 200);
});

Deno.test("any method is answered, other paths are not", async () => {
  const { ask } = start();
  assert.equal((await ask("/healthz", "POST")).code, 200);
  assert.deepEqual([(await ask("/health")).code, (await ask("/health")).text], [
    404,
    "404 page not found\n",
  ]);
});

Deno.test("times have as many digits as they need", () => {
  assert.equal(rfc3339(null), "0001-01-01T00:00:00Z");
  assert.equal(rfc3339(T0 + 120), "2026-01-05T10:00:00.12Z");
  assert.equal(rfc3339(T0), "2026-01-05T10:00:00Z");
});

Deno.test("without the network there is no traffic for this node, and no restart that would not help", async () => {
  const { health, ask, clock } = start();
  let blockedBy = 'Waiting for the network "cbr0"';
  health.synced(["IPv4"]);
  health.watchPlatform(() => blockedBy);
  assert.equal((await ask("/healthz")).code, 503, "kube-proxy serves no health before that");
  const { code, text } = await ask("/livez");
  assert.equal(code, 200);
  assert.equal(JSON.parse(text).blockedBy, blockedBy);
  health.asked(["IPv4"]);
  clock.now = T0 + 120_000;
  health.synced(["IPv4"]);
  const stale = JSON.parse((await ask("/healthz")).text);
  assert.deepEqual([stale.healthy, stale.blockedBy], [false, blockedBy]);
  assert.equal(stale.status.IPv4.lastUpdated, "2026-01-05T10:00:00Z", "that was no sync");
  assert.equal((await ask("/livez")).code, 200);
  blockedBy = "";
  assert.equal((await ask("/healthz")).code, 200);
  assert(!("blockedBy" in JSON.parse((await ask("/healthz")).text)));
});

Deno.test("an HNS that restarts costs no traffic before the time in which a sync is due", async () => {
  const { health, ask, clock } = start();
  let blockedBy = "";
  health.watchPlatform(() => blockedBy);
  health.synced(["IPv4"]);
  blockedBy = "Cannot list networks: HNS answered 0x800706ba";
  clock.now = T0 + 30_000;
  health.synced(["IPv4"]);
  clock.now = T0 + 89_999;
  const early = await ask("/healthz");
  assert.deepEqual([early.code, JSON.parse(early.text).blockedBy], [200, blockedBy]);
  clock.now = T0 + 90_000;
  assert.equal((await ask("/healthz")).code, 503);
  assert.equal(health.healthy(), false, "health-check node ports follow");
});
