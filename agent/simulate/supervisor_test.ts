import assert from "node:assert/strict";
import {
  type ClusterEvent,
  type KubeObject,
  type PipelineState,
  readObject,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import type { Clock } from "./clock.ts";
import { type Pod, type SimService, TOLD } from "./model.ts";
import { serviceObject, sliceObject } from "./objects.ts";
import { Supervisor } from "./supervisor.ts";
import { Tally } from "./tally.ts";
import { AllowedTimeline } from "./timeline.ts";

const NODE = { name: "node-1", ip: "127.3.250.1", zone: "a", up: true, pods: 0 };

function podOf(ip: string, told: Pod["told"]): Pod {
  const endpoint = `${ip}:4000`;
  const server = {
    endpoint,
    port: 4000,
    connections: 0,
    finish: () => Promise.resolve(),
    crash: () => Promise.resolve(),
  };
  return { name: ip, service: "web", node: NODE, ip, endpoint, server, alive: true, told };
}

function serviceOf(pods: readonly Pod[]): SimService {
  const frontends = [{ kind: "ClusterIP", ip: "127.3.0.1", port: 8080 }] as const;
  return { name: "web", frontends, pods, lastDeathAt: -Infinity };
}

function read(json: Parameters<typeof readObject>[0]): KubeObject {
  const result = readObject(json);
  assert.ok(result.outcome === "object");
  return result.object;
}

/** What the API says of the pods, as the source would hand it on. */
function sliceOf(pods: readonly Pod[]): KubeObject {
  return read(sliceObject({
    name: "web-1",
    service: "web",
    port: 4000,
    changedAt: 0,
    endpoints: pods.map(({ name, ip, told }) => ({
      pod: name,
      ip,
      node: "node-1",
      zone: "a",
      told,
    })),
  }));
}

/** A supervised agent that has seen these pods, while the API says of those. */
function supervised(seen: readonly Pod[], said: readonly Pod[]) {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    wall: () => now,
    sleep(ms) {
      now += ms;
      return Promise.resolve();
    },
  };
  const tally = new Tally("scale");
  const timeline = new AllowedTimeline();
  const cluster = { services: [serviceOf(said)] };
  const supervisor = new Supervisor({ cluster, timeline, tally, clock, patienceMs: 100 });
  let state: PipelineState = startPipeline("node-1");
  const sync = (events: readonly ClusterEvent[], isCarriedOut = true): void => {
    const step = stepPipeline(state, events);
    state = step.state;
    now += 4;
    supervisor.planned(step.changes);
    now += 6;
    supervisor.sync({ ...step, ops: [], stepMs: 1, planMs: 2, applyMs: 3 }, isCarriedOut);
  };
  const service = read(
    serviceObject({ name: "web", clusterIP: "127.3.0.1", port: 8080, nodePort: 30_000 }),
  );
  sync([
    { type: "list", kind: "Service", objects: [service], unreadable: [] },
    { type: "list", kind: "EndpointSlice", objects: [sliceOf(seen)], unreadable: [] },
  ]);
  return { supervisor, tally, timeline, sync };
}

const [A, B, OLD] = [
  podOf("127.3.64.1", TOLD.ready),
  podOf("127.3.64.2", TOLD.ready),
  podOf("127.3.64.3", TOLD.terminating),
];
const { signal } = new AbortController();

Deno.test("a sync enters what each front end may use, from when it was computed", () => {
  const { timeline, tally } = supervised([A, B, OLD], [A, B, OLD]);
  for (const key of ["web/ClusterIP/TCP", "web/NodePort/TCP", "web/ClusterIP/UDP"]) {
    assert.deepEqual([...timeline.newest(key)], [A.endpoint, B.endpoint]);
    assert.equal(timeline.allowed(key, A.endpoint, 0, 3.9), false, "not before it was computed");
    assert.equal(timeline.allowed(key, A.endpoint, 0, 4), true, "as soon as it was");
  }
  assert.equal(tally.now.syncs, 1);
  assert.ok(Math.abs(tally.now.syncMs.quantile(1) - 6) <= 0.06);
});

Deno.test("what a sync did not wait for is in force when a later one has nothing left to do", () => {
  const { timeline, sync } = supervised([A], [A]);
  const key = "web/ClusterIP/TCP";
  const mayUse = (pod: Pod) => timeline.allowed(key, pod.endpoint, Infinity, Infinity);
  sync([{ type: "upsert", object: sliceOf([B]) }], false);
  assert.deepEqual([mayUse(A), mayUse(B)], [true, true]);
  sync([]);
  assert.deepEqual([mayUse(A), mayUse(B)], [false, true]);
});

Deno.test("a view that is what the API says has converged", async () => {
  const { supervisor, tally } = supervised([A, OLD], [OLD, A]);
  await supervisor.converged(signal);
  assert.equal(tally.total().failed, 0);
});

Deno.test.each([
  { missing: "an endpoint", seen: [A], said: [A, B] },
  { missing: "a departure", seen: [A, B], said: [A] },
  { missing: "a condition", seen: [{ ...A, told: TOLD.terminating }], said: [A] },
])("a view in which $missing is missing has not converged", async ({ seen, said }) => {
  const { supervisor, tally } = supervised(seen, said);
  await supervisor.converged(signal);
  assert.equal(tally.total().failed, 1);
  assert.equal(tally.failures[0]?.rule, "not-converged");
  assert.match(tally.failures[0]?.what ?? "", /of 1 services .* of web, whose ready endpoints/);
});

Deno.test("a view that changes when nothing has changed flaps", async () => {
  const { supervisor, tally, sync } = supervised([A], [A]);
  await supervisor.undisturbed(() => Promise.resolve());
  assert.equal(tally.total().failed, 0);
  await supervisor.undisturbed(() => {
    sync([{ type: "upsert", object: sliceOf([]) }]);
    return Promise.resolve();
  });
  assert.equal(tally.total().failed, 1);
  assert.equal(tally.failures[0]?.rule, "flapped");
});
