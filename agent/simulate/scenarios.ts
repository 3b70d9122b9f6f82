/**
 * The scenarios: what happens to the cluster while the traffic goes on. None takes the last living
 * pod from a service, so that a refused or unanswered request is never the scenario's doing.
 *
 * @module
 */
import type { Cluster } from "./cluster.ts";
import type { Happening } from "./happenings.ts";
import { inGroups } from "./in_groups.ts";
import { isReady, type SimNode, type SimService } from "./model.ts";
import type { Random } from "./random.ts";
import type { Story } from "./scenario_names.ts";

/** The switches of the API server. */
export interface ApiSwitch {
  /** From now on the server is away: connections end, new ones get no answer. */
  pause(): Promise<void>;
  /** It is back. */
  resume(): Promise<void>;
  /** It forgets every earlier version: who asks for one is told 410 Gone. */
  compact(): void;
}

/** What a scenario plays with. */
export interface Stage {
  /** The cluster. */
  readonly cluster: Cluster;
  /** The API server. */
  readonly api: ApiSwitch;
  /** The chance behind what happens to whom. */
  readonly random: Random;
  /** How long a pod has from its termination to its end, in milliseconds. */
  readonly graceMs: number;
  /** Ends the scenario early. */
  readonly signal: AbortSignal;
  /** The time that the scenario still has, in milliseconds. */
  readonly leftMs: () => number;
  /** Lets time pass, but no more than the scenario has. */
  readonly rest: (ms: number) => Promise<void>;
  /** Resolves when the agent's view is what the API server says; a failure is counted if never. */
  readonly converged: () => Promise<void>;
  /** Does something during which the agent's view must not change; a failure is counted if it does. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
  /** Tells what happens. */
  readonly happen: (happening: Happening) => void;
}

/** What happens in each scenario. */
export const SCRIPTS: Readonly<Record<Story, (stage: Stage) => Promise<void>>> = {
  "steady": (stage) => stage.rest(stage.leftMs()),
  "rolling-update": (stage) => repeated(stage, rollOne, MARGIN_MS),
  "scale": (stage) => repeated(stage, scaleOne, MARGIN_MS),
  "node-loss": (stage) => repeated(stage, loseOne, 1500),
  "api-outage": (stage) => repeated(stage, outage, 4500),
};

/** Time that a scenario keeps for its last pods to leave and its last change to arrive. */
const MARGIN_MS = 300;

/** Does it at least once, and again while there is time for what it takes and leaves behind. */
async function repeated(
  stage: Stage,
  act: (stage: Stage) => Promise<void>,
  takesMs: number,
): Promise<void> {
  do await act(stage); while (hasTime(stage, takesMs));
}

function hasTime(stage: Stage, takesMs: number): boolean {
  return !stage.signal.aborted && stage.leftMs() > stage.graceMs + takesMs;
}

/** Replaces the pods of a service one by one, as a Deployment with one pod of surge does. */
async function rollOne(stage: Stage): Promise<void> {
  const service = stage.random.pick(stage.cluster.services);
  for (const old of service.pods.filter(isReady)) {
    await replace(stage, service, old);
    await stage.rest(20 + stage.random.int(60));
    if (!hasTime(stage, MARGIN_MS)) return;
  }
}

/** Grows a service and shrinks it again, or the other way round. */
async function scaleOne(stage: Stage): Promise<void> {
  const { cluster, random, signal } = stage;
  const service = random.pick(cluster.services);
  const size = service.pods.filter(isReady).length;
  if (size > 1 && random.chance(0.5)) {
    const count = shrink(stage, service, size - 1);
    await stage.rest(100 + random.int(200));
    await cluster.addPods(service, count, signal);
  } else {
    const added = await cluster.addPods(service, 1 + random.int(2 * size), signal);
    await stage.rest(100 + random.int(200));
    shrink(stage, service, added.length);
  }
}

/** Retires pods of a service, but never the last one; answers how many. */
function shrink(stage: Stage, service: SimService, count: number): number {
  const ready = stage.random.shuffled(service.pods.filter(isReady));
  const leaving = ready.slice(0, Math.min(count, ready.length - 1));
  for (const pod of leaving) stage.cluster.retire(pod, stage.graceMs, stage.signal);
  return leaving.length;
}

/** As many services as get a pod onto the returned node at the same time. */
const MOVED_AT_ONCE = 25;

/** Loses a node with all its pods, replaces them, and gets the node back. */
async function loseOne(stage: Stage): Promise<void> {
  const { cluster, random, signal } = stage;
  await cluster.idle();
  const node = random.pick(nodesToLose(cluster));
  for (const service of cluster.services) {
    const ready = service.pods.filter(isReady);
    if (ready.every((pod) => pod.node === node)) await cluster.addPods(service, 1, signal);
  }
  await stage.converged();
  if (signal.aborted) return;
  cluster.loseNode(node);
  await stage.rest(200 + random.int(300)); // until the controllers notice; minutes, in life
  await cluster.replaceLost(node, signal);
  await stage.rest(200);
  cluster.returnNode(node);
  await inGroups(cluster.services, MOVED_AT_ONCE, (service) => moveOne(stage, service));
}

/** Any node but the agent's own. A cluster of one node gets a second one. */
function nodesToLose(cluster: Cluster): readonly SimNode[] {
  const [, ...others] = cluster.nodes;
  return others.length > 0 ? others : [cluster.addNode()];
}

/** Replaces a pod of the service's fullest node: the new one goes to the emptiest. */
async function moveOne(stage: Stage, service: SimService): Promise<void> {
  const perNode = new Map<SimNode, number>();
  const ready = service.pods.filter(isReady);
  for (const { node } of ready) perNode.set(node, (perNode.get(node) ?? 0) + 1);
  const [fullest] = [...ready].sort((a, b) =>
    (perNode.get(b.node) ?? 0) - (perNode.get(a.node) ?? 0)
  );
  if (fullest !== undefined) await replace(stage, service, fullest);
}

async function replace(
  { cluster, graceMs, signal }: Stage,
  service: SimService,
  old: SimService["pods"][number],
): Promise<void> {
  const [pod] = await cluster.addPods(service, 1, signal);
  if (pod !== undefined) cluster.retire(old, graceMs, signal);
}

/**
 * As long as the API server is away at most, and as a share of the time that is left: the agent's
 * back-off grows with the outage, as it should, and the way back takes time too.
 */
const LONGEST_OUTAGE = { ms: 2000, share: 1 / 8 };

/** The API server goes away twice; the second time the cluster changes and the past is forgotten. */
async function outage(stage: Stage): Promise<void> {
  const { cluster, random, signal } = stage;
  const lengthMs = Math.min(LONGEST_OUTAGE.ms, stage.leftMs() * LONGEST_OUTAGE.share);
  await cluster.idle();
  await stage.converged();

  await stage.undisturbed(async () => {
    await away(stage);
    await stage.rest(lengthMs);
    await back(stage, { compacted: false });
    await stage.rest(MARGIN_MS);
  });
  const service = random.pick(cluster.services);
  await cluster.addPods(service, 1, signal);
  await stage.converged();

  await away(stage);
  await stage.undisturbed(() => stage.rest(lengthMs / 2));
  const added = await stage.cluster.addPods(service, 1, signal);
  await stage.rest(lengthMs / 2);
  await back(stage, { compacted: true });
  await stage.converged();
  shrink(stage, service, 1 + added.length);
}

async function away({ api, happen }: Stage): Promise<void> {
  await api.pause();
  happen({ type: "api-away" });
}

async function back(
  { api, happen }: Stage,
  { compacted }: { readonly compacted: boolean },
): Promise<void> {
  if (compacted) api.compact();
  await api.resume();
  happen({ type: "api-back", compacted });
}
