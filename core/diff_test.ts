/**
 * The diff of two views, one change for each service port.
 *
 * @module
 */
import assert from "node:assert/strict";
import { after, entryOf, remove, service, slice, stateOf, upsert } from "./_fixtures.ts";
import { diff } from "./diff.ts";

const A = service("a", { ports: [{ name: "p", port: 80 }, { name: "q", port: 81 }] });
const B = service("b", { clusterIP: "10.96.0.11" });

Deno.test("diff() tells what came, changed and went, sorted by key", () => {
  const before = stateOf([A, B]);
  const now = after(
    before,
    upsert(service("0", { clusterIP: "10.96.0.12" })),
    upsert(service("a", { ports: [{ name: "p", port: 8080 }, { name: "r", port: 82 }] })),
    remove("Service", "b"),
  );
  assert.deepEqual(diff(before.view, now.view), [
    { type: "add", key: "default/0/TCP/IPv4", now: entryOf(now, "0/TCP/IPv4") },
    {
      type: "update",
      key: "default/a:p/TCP/IPv4",
      before: entryOf(before, "a:p/TCP/IPv4"),
      now: entryOf(now, "a:p/TCP/IPv4"),
    },
    { type: "remove", key: "default/a:q/TCP/IPv4", before: entryOf(before, "a:q/TCP/IPv4") },
    { type: "add", key: "default/a:r/TCP/IPv4", now: entryOf(now, "a:r/TCP/IPv4") },
    { type: "remove", key: "default/b/TCP/IPv4", before: entryOf(before, "b/TCP/IPv4") },
  ]);
});

Deno.test("diff() of a view with itself is empty", () => {
  const { view } = stateOf([A, B]);
  assert.deepEqual(diff(view, view), []);
});

Deno.test("diff() passes over the ports of a changed Service that are the same", () => {
  const before = stateOf([A, B, slice("a-1", "a")]);
  const ports = [{ name: "q", port: 8081 }];
  const now = after(before, upsert(slice("a-1", "a", ["10.0.0.1"], { ports })));
  assert.deepEqual(diff(before.view, now.view).map(({ key }) => key), ["default/a:q/TCP/IPv4"]);
});

Deno.test("a Service that is skipped, before and after, is no change", () => {
  const before = stateOf([service("a", { clusterIP: "None" })]);
  const now = after(before, upsert(service("a", { type: "ExternalName" })));
  assert.notEqual(now.view, before.view);
  assert.deepEqual(diff(before.view, now.view), []);
});
