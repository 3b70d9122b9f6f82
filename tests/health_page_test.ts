import assert from "node:assert/strict";
import { EVENT_RULES } from "../agent/events/event_rules.ts";
import { statusRoutes } from "../agent/health/status_routes.ts";

Deno.test("docs/reference/health.md names every status page and every reason of an Event", async () => {
  const page = await Deno.readTextFile(new URL("../docs/reference/health.md", import.meta.url));
  const routes = statusRoutes({
    component: "",
    metrics: () => Promise.resolve(""),
    mode: "",
    configz: () => null,
    flags: [],
    startedAt: 0,
    now: () => 0,
    more: [],
  });
  for (const { path } of routes.filter((route) => route.path !== "/healthz/ping")) {
    assert.ok(page.includes(`| \`${path}\``), path);
  }
  const op = { op: "", key: "", after: [], because: "" };
  for (const rule of EVENT_RULES) {
    const event = rule.then({ op, result: { ok: true }, node: "n1" });
    if (event !== null) assert.ok(page.includes(`| \`${event.reason}\``), rule.name);
  }
});
