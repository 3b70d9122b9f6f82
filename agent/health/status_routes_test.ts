import assert from "node:assert/strict";
import { parseText } from "../metrics/test_parse_text.ts";
import { router } from "./router.ts";
import { statusRoutes } from "./status_routes.ts";

function pages() {
  const answer = router(statusRoutes({
    component: "kube-proxy",
    metrics: () => Promise.resolve(""),
    mode: "kernelspace",
    configz: () => ({}),
    flags: [["v", "4"], ["config", ""]],
    startedAt: 0,
    now: () => 3_723_000,
    more: [],
  }));
  return async (path: string, method = "GET") => {
    const response = await answer(new Request(`http://127.0.0.1${path}`, { method }));
    return { status: response.status, text: await response.text() };
  };
}

Deno.test("/metrics/slis counts the checks of /healthz, and forgets them when it is told to", async () => {
  const get = pages();
  assert.deepEqual(await get("/metrics/slis"), { status: 200, text: "" });
  for (const path of ["/healthz", "/healthz?verbose", "/healthz/ping"]) await get(path);
  const { text } = await get("/metrics/slis");
  assert.deepEqual(
    [...parseText(text).values()].flatMap(({ type, samples }) =>
      samples.map(({ name, labels, value }) => [type, name, labels, value])
    ),
    [
      ["gauge", "kubernetes_healthcheck", { name: "ping", type: "healthz" }, 1],
      [
        "counter",
        "kubernetes_healthchecks_total",
        { name: "ping", status: "success", type: "healthz" },
        2,
      ],
    ],
  );
  assert.deepEqual(await get("/metrics/slis", "DELETE"), { status: 200, text: "metrics reset\n" });
  assert.equal((await get("/metrics/slis")).text, "");
});

Deno.test("/healthz, /proxyMode, /flagz and /statusz are kube-proxy's", async () => {
  const get = pages();
  assert.equal((await get("/healthz")).text, "ok");
  assert.equal((await get("/healthz?verbose")).text, "[+]ping ok\nhealthz check passed\n");
  assert.equal((await get("/proxyMode")).text, "kernelspace");
  assert.match((await get("/flagz")).text, /^\nkube-proxy flagz\n.*\n\nconfig=\nv=4\n$/);
  assert.match(
    (await get("/statusz")).text,
    /^\nkube-proxy statusz\n[^]*\nUp: 1 hr 02 min 03 sec\n[^]*\nPaths: [^\n]*\/metrics\/slis/,
  );
});
