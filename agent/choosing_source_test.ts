import assert from "node:assert/strict";
import { type ClusterEvent, readObject } from "../core/mod.ts";
import type { Source } from "../proto/mod.ts";
import { choosingSource } from "./choosing_source.ts";

function service(labels: Readonly<Record<string, string>>, annotations = {}) {
  const read = readObject({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop", labels, annotations },
    spec: { clusterIP: "10.96.0.10", ports: [{ port: 80 }] },
  });
  assert(read.outcome === "object");
  return read.object;
}

/** The annotations of the Services that come out of a source with these events. */
async function annotationsOf(events: readonly ClusterEvent[]): Promise<readonly unknown[]> {
  const source: Source = { name: "s", run: (sink) => Promise.resolve(sink.events(events)) };
  const came: ClusterEvent[] = [];
  const sink = {
    report: () => {},
    events: (batch: readonly ClusterEvent[]) => came.push(...batch),
  };
  await choosingSource(source, [{ kind: "in", key: "tier", values: ["edge"] }])
    .run(sink, new AbortController().signal);
  assert.equal(came.length, events.length);
  const objects = came.flatMap((event) =>
    event.type === "upsert" ? [event.object] : event.type === "list" ? event.objects : []
  );
  return objects.map((each) => "annotations" in each ? each.annotations : null);
}

Deno.test("a Service with the labels is for the userspace backend, unless it says otherwise itself", async () => {
  const own = { "windlass.dev/backend": "winkernel" };
  assert.deepEqual(
    await annotationsOf([
      { type: "upsert", object: service({ tier: "edge" }, { a: "b" }) },
      { type: "upsert", object: service({ tier: "core" }) },
      {
        type: "list",
        kind: "Service",
        objects: [service({ tier: "edge" }, own), service({})],
        unreadable: [],
      },
      { type: "delete", ref: { kind: "Service", namespace: "shop", name: "web" } },
    ]),
    [{ "windlass.dev/backend": "userspace", a: "b" }, {}, own, {}],
  );
});
