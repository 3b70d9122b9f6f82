import assert from "node:assert/strict";
import { AllowedTimeline } from "./timeline.ts";

/** One front end: a, b until a sync from 100 to 110 puts b, c in their place. */
function history(): AllowedTimeline {
  const timeline = new AllowedTimeline();
  timeline.begin({ key: "web", endpoints: ["a", "b"], computedAt: 0 });
  timeline.settle("web", 10);
  timeline.begin({ key: "web", endpoints: ["b", "c"], computedAt: 100 });
  timeline.settle("web", 110);
  return timeline;
}

Deno.test.each([
  { endpoint: "a", from: 20, to: 30, allowed: true, when: "while it is in force" },
  { endpoint: "a", from: 102, to: 105, allowed: true, when: "while its end is carried out" },
  { endpoint: "a", from: 109, to: 200, allowed: true, when: "from a dial before its end" },
  { endpoint: "a", from: 111, to: 200, allowed: false, when: "after its end" },
  { endpoint: "c", from: 20, to: 99, allowed: false, when: "before its sync" },
  { endpoint: "c", from: 20, to: 100, allowed: true, when: "as soon as its sync is computed" },
  { endpoint: "b", from: 90, to: 300, allowed: true, when: "in both" },
  { endpoint: "x", from: 0, to: 300, allowed: false, when: "never" },
])("AllowedTimeline: $endpoint from $from to $to, $when: $allowed", (row) => {
  assert.equal(history().allowed("web", row.endpoint, row.from, row.to), row.allowed);
});

Deno.test("AllowedTimeline keeps front ends apart", () => {
  assert.equal(history().allowed("cart", "a", 0, 300), false);
});

Deno.test("AllowedTimeline.newest() is what is allowed now", () => {
  const timeline = history();
  assert.deepEqual([...timeline.newest("web")], ["b", "c"]);
  timeline.begin({ key: "web", endpoints: [], computedAt: 200 });
  timeline.settle("web", 201);
  assert.deepEqual([...timeline.newest("web")], []);
  assert.deepEqual([...timeline.newest("cart")], []);
});

Deno.test("AllowedTimeline.forgetBefore() gives memory back and changes no later answer", () => {
  const timeline = history();
  timeline.forgetBefore(111);
  assert.equal(timeline.size, 1);
  assert.equal(timeline.allowed("web", "c", 150, 160), true);
  timeline.forgetBefore(10_000);
  assert.equal(timeline.allowed("web", "c", 20_000, 20_001), true, "what is in force stays");
});

Deno.test.each([
  { endpoint: "a", from: 20, to: 30, stays: true, when: "while it is in force" },
  { endpoint: "a", from: 20, to: 100, stays: false, when: "into the sync that ends it" },
  { endpoint: "b", from: 20, to: 300, stays: true, when: "over a sync that keeps it" },
  { endpoint: "c", from: 50, to: 300, stays: false, when: "from before its sync" },
  { endpoint: "c", from: 111, to: 300, stays: true, when: "after its sync" },
])("allowedThroughout(): $endpoint $when: $stays", ({ endpoint, from, to, stays }) => {
  assert.equal(history().allowedThroughout("web", endpoint, from, to), stays);
  assert.equal(history().allowedThroughout("other", endpoint, from, to), false);
});
