import assert from "node:assert/strict";
import { startPipeline, stepPipeline } from "../../core/mod.ts";
import { listOf, service, slice } from "../test_fakes.ts";
import { viewText } from "./view.ts";

const { state: { view } } = stepPipeline(startPipeline("n1"), [
  listOf(
    "Service",
    service("web", "10.96.0.10"),
    service("bare", "10.96.0.11"),
    service("headless", "None"),
  ),
  listOf(
    "EndpointSlice",
    slice("web", "10.244.1.5", "10.244.1.6", "10.244.1.7", "10.244.1.8", "10.244.1.9"),
  ),
]);

Deno.test("the table shows each frontend with its first endpoints, and what is not proxied", () => {
  assert.equal(
    viewText(view, "text"),
    `Node n1: 2 service ports, 1 service not proxied

NAME          PROTOCOL  FAMILY  REACHED AT                 ENDPOINTS
default/bare  TCP       IPv4    ClusterIP   10.96.0.11:80  none
default/web   TCP       IPv4    ClusterIP   10.96.0.10:80  10.244.1.5:8080, 10.244.1.6:8080, 10.244.1.7:8080 and 2 more

NOT PROXIED       RULE
default/headless  headless
`,
  );
});

Deno.test("a view of nothing is one line", () => {
  assert.equal(
    viewText(startPipeline("n1").view, "text"),
    "Node n1: 0 service ports, 0 services not proxied\n",
  );
});

Deno.test("YAML and JSON say the same", async () => {
  const { load } = await import("js-yaml");
  assert.deepEqual(load(viewText(view, "yaml")), JSON.parse(viewText(view, "json")));
});
