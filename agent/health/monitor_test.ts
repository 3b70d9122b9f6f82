import assert from "node:assert/strict";
import { type PipelineEvent, readObject, SILENT } from "../../core/mod.ts";
import type { Source } from "../../proto/mod.ts";
import { FakeTimers } from "../test_timers.ts";
import { createMonitor } from "./monitor.ts";

function node(...taints: readonly string[]): PipelineEvent {
  const result = readObject({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    spec: { taints: taints.map((key) => ({ key, effect: "NoSchedule" })) },
  });
  if (result.outcome !== "object") throw new TypeError("no Node");
  return { type: "upsert", object: result.object };
}

const GONE: PipelineEvent = {
  type: "delete",
  ref: { kind: "Node", namespace: "", name: "n1" },
};
const NONE: PipelineEvent = { type: "list", kind: "Node", objects: [], unreadable: [] };

Deno.test("the last that was known of the Node decides, also when it was deleted; as with kube-proxy", async () => {
  const timers = new FakeTimers();
  const monitor = createMonitor({
    nodeName: "n1",
    component: "kube-proxy",
    cluster: false,
    ownNode: true,
    syncPeriodMs: 30_000,
    detail: "listener",
    log: SILENT,
    now: () => timers.now(),
    timers,
  });
  const eligible: boolean[] = [];
  const source: Source<PipelineEvent> = {
    name: "kube",
    run({ events }) {
      for (
        const event of [NONE, node(), GONE, NONE, node("ToBeDeletedByClusterAutoscaler"), GONE]
      ) {
        events([event]);
        eligible.push(monitor.health.report().nodeEligible);
      }
      return Promise.resolve();
    },
  };
  const sink = { events() {}, report() {} };
  await monitor.watchSource(source).run(sink, new AbortController().signal);
  assert.deepEqual(eligible, [false, true, true, true, false, false]);
});
