/**
 * Everything that is simulated around the agent, and the real agent: an API server, a cluster whose
 * controllers write to it, the agent with the kube source and a backend. Needs `net` on 127.0.0.0/8.
 *
 * @module
 */
import { type Backend, userspaceBackend, type UserspaceOp } from "../../backends/mod.ts";
import type { UserspaceState } from "../../backends/mod.ts";
import { SILENT } from "../../core/mod.ts";
import { kubeSource, loadKubeConnection } from "../../proto/mod.ts";
import { RunError } from "../run_error.ts";
import { type Agent, startAgent } from "../sync_loop.ts";
import { takeAddressBlock } from "./address_block.ts";
import { type ApiServer, startApiServer } from "./api/api_server.ts";
import type { Clock } from "./clock.ts";
import { Cluster } from "./cluster.ts";
import type { Happening } from "./happenings.ts";
import { Ledger } from "./ledger.ts";
import { noteLog } from "./note_log.ts";
import type { Observer } from "./observer.ts";
import type { SimulateOptions } from "./options.ts";
import type { Random } from "./random.ts";
import { FLOW_MEMORY_MS } from "./referee.ts";
import { Supervisor } from "./supervisor.ts";
import type { Tally } from "./tally.ts";
import { AllowedTimeline } from "./timeline.ts";
import type { Trouble } from "./trouble.ts";

/** Makes the backend of the node with that address. */
export type MakeBackend = (nodeIp: string) => Backend<UserspaceOp, UserspaceState>;

/** What a testbed needs. */
export interface TestbedOptions {
  /** What was chosen. */
  readonly options: Pick<SimulateOptions, "services" | "podsPerService" | "nodes">;
  /** The backend; a test gives a wrong one to see that it is found out. */
  readonly makeBackend: MakeBackend;
  /** The figures. */
  readonly tally: Tally;
  /** Hears what the agent warns of. */
  readonly observer: Pick<Observer, "note">;
  /** The time. */
  readonly clock: Clock;
  /** The chance behind addresses and names. */
  readonly random: Random;
  /** Hears what happens in the cluster. */
  readonly onHappening: (happening: Happening) => void;
  /** Takes what should never happen. */
  readonly trouble: Trouble;
}

/** What is simulated, and the agent in its midst. */
export interface Testbed extends AsyncDisposable {
  /** The API server. */
  readonly api: ApiServer;
  /** The cluster. */
  readonly cluster: Cluster;
  /** Who sees whether the agent follows. */
  readonly supervisor: Supervisor;
  /** What each front end is allowed to use, and when. */
  readonly timeline: AllowedTimeline;
  /** Who holds which connection. */
  readonly ledger: Ledger;
  /** Resolves when the agent has programmed the node for the first time, with nothing left to do. */
  readonly programmed: Promise<void>;
}

/** The agent's rest between two syncs: a demonstration shows what it can do. */
const MIN_SYNC_PERIOD_MS = 10;
const LOOK_AGAIN_MS = 10;
/** How long the agent may take to end. */
const STOP_MS = 10_000;
const LATE = `Cannot end in order: ${STOP_MS / 1000} s after it was told to, the agent still runs`;

/**
 * Opens a testbed.
 *
 * @throws {RunError} If the machine has no addresses for it.
 */
export async function openTestbed(given: TestbedOptions): Promise<Testbed> {
  const { clock, tally, random, trouble } = given;
  const ledger = new Ledger();
  const timeline = new AllowedTimeline();

  // What is opened last is closed first: the agent before the pods, the pods before their API server.
  await using things = new AsyncDisposableStack();
  const block = things.use(takeAddressBlock(random.fork("addresses")));
  const { ip: hostname, port } = block.apiAddress();
  const api = await startApiServer({
    hostname,
    port,
    now: () => clock.wall(),
    log: SILENT,
    historyLimit: historyLimit(given.options.services),
  });
  things.defer(() => api.close());

  const cluster = new Cluster({
    ...given.options,
    store: api.store,
    block,
    random: random.fork("cluster"),
    clock,
    ledger,
    onHappening: given.onHappening,
    onError: trouble.report,
  });
  things.defer(() => cluster.close());
  const node = cluster.populate();

  const supervisor = new Supervisor({ cluster, timeline, tally, clock });
  const connection = await loadKubeConnection({ server: api.url, env: () => undefined });
  const agent = startAgent({
    source: kubeSource({ connection, nodeName: node.name, once: false }),
    backend: watched(given.makeBackend(node.ip), supervisor),
    nodeName: node.name,
    minSyncPeriodMs: MIN_SYNC_PERIOD_MS,
    log: noteLog(given.observer),
    onSync: (sync) => supervisor.sync(sync, isCarriedOut(agent)),
  });
  const leaving = new AbortController();
  let stopping = false;
  things.defer(async () => {
    stopping = true;
    leaving.abort();
    const over = new AbortController();
    // The load has gone by now: nothing is to drain.
    const stopped = agent.stop(AbortSignal.abort()).catch(trouble.report).finally(() =>
      over.abort()
    );
    await Promise.race([stopped, clock.sleep(STOP_MS, over.signal)]);
    if (!over.signal.aborted) trouble.report(new RunError(LATE));
  });
  agent.done.then(() => {
    if (!stopping) throw new Error("Cannot go on: the agent has ended, though nobody stopped it");
  }).catch(trouble.report);

  const rest = things.move();
  return {
    api,
    cluster,
    supervisor,
    timeline,
    ledger,
    programmed: agent.firstSync.then(() => carriedOut(agent, clock, leaving.signal)),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Whether the agent has done all that it planned. */
function isCarriedOut(agent: Pick<Agent, "status">): boolean {
  const { pending, inFlight, retrying } = agent.status().ops;
  return pending + inFlight + retrying.length === 0;
}

/** Resolves then: on a loaded machine the first sync may end before the last worker has started. */
async function carriedOut(agent: Agent, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!isCarriedOut(agent) && !signal.aborted) await clock.sleep(LOOK_AGAIN_MS, signal);
}

/** Enough for an outage, and full soon: a simulation's memory must be flat, that of a soak above all. */
function historyLimit(services: number): number {
  return Math.min(5000, Math.max(500, 2 * services));
}

/** The backend, but the supervisor hears of each view before it is made real. */
function watched(backend: ReturnType<MakeBackend>, supervisor: Supervisor): typeof backend {
  return {
    name: backend.name,
    initial: backend.initial,
    plan(changes, state) {
      supervisor.planned(changes);
      return backend.plan(changes, state);
    },
    apply: (op, signal) => backend.apply(op, signal),
    close: (signal) => backend.close(signal),
  };
}

/** Shorter than by default: each flow that a client has left holds a socket for so long. */
const UDP_IDLE_TIMEOUT_MS = 2 * FLOW_MEMORY_MS;

/** The real backend on that data path, with node ports on the simulated node's own address. */
export function userspaceOn(
  nodeIp: string,
  { workers, dataPath }: Pick<SimulateOptions, "workers" | "dataPath">,
): Backend<UserspaceOp, UserspaceState> {
  return userspaceBackend({
    workers,
    dataPath,
    nodePortAddresses: [`${nodeIp}/32`],
    hostAddresses: () => [nodeIp],
    udpIdleTimeoutMs: UDP_IDLE_TIMEOUT_MS,
  });
}
