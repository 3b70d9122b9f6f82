/**
 * Watches the agent as a whole: whether its view comes to be what the API server says, and whether
 * it changes when it should not. Feeds the timeline from the agent's syncs.
 *
 * @module
 */
import type { Change, PipelineState, Protocol } from "../../core/mod.ts";
import type { SyncRecord } from "../sync_loop.ts";
import type { Clock } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import { isReady, type Pod, type SimService, type Told } from "./model.ts";
import { NAMESPACE, PORTS } from "./objects.ts";
import { beginSync, settleSync } from "./routes.ts";
import type { Tally, WatchRule } from "./tally.ts";
import type { AllowedTimeline } from "./timeline.ts";

/** What the supervisor needs. */
export interface SupervisorOptions {
  /** The cluster as it is. */
  readonly cluster: Pick<Cluster, "services">;
  /** Where it enters what the syncs allow. */
  readonly timeline: AllowedTimeline;
  /** Where it counts. */
  readonly tally: Tally;
  /** The time. */
  readonly clock: Clock;
  /** How long a change may take to arrive. @default 15000 */
  readonly patienceMs?: number;
}

/** Longer than the agent's back-off after any outage that a scenario makes. */
const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 10;

/** Watches the agent as a whole. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #synced: PipelineState | null = null;
  #changes = 0;
  /** What syncs have changed that ended before all of it was carried out. */
  #unsettled: Change[] = [];

  /** A supervisor of an agent that has not synced yet. */
  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /**
   * The agent has computed a view and begins to make it real. It must be told before the first
   * operation: a data path in workers may serve by the new view before the sync is over.
   */
  planned(changes: readonly Change[]): void {
    const { timeline, clock } = this.#options;
    beginSync(timeline, changes, clock.now());
  }

  /**
   * The agent has synced.
   *
   * @param isCarriedOut Whether no operation is left to do: a sync does not wait for slow ones.
   */
  sync({ changes, stepMs, planMs, applyMs, state }: SyncRecord, isCarriedOut: boolean): void {
    const { timeline, tally, clock } = this.#options;
    const tookMs = stepMs + planMs + applyMs;
    this.#unsettled.push(...changes);
    if (isCarriedOut) settleSync(timeline, this.#unsettled.splice(0), clock.now());
    tally.now.syncs += 1;
    tally.now.syncMs.add(tookMs);
    this.#synced = state;
    this.#changes += changes.length;
  }

  /** Resolves when the agent's view is what the API server says; counts a failure if it is not. */
  async converged(signal: AbortSignal): Promise<void> {
    const { clock, cluster, patienceMs = PATIENCE_MS } = this.#options;
    const end = clock.now() + patienceMs;
    let late = this.#late();
    while (late !== undefined && clock.now() < end && !signal.aborted) {
      await clock.sleep(LOOK_AGAIN_MS, signal);
      late = this.#late();
    }
    if (late === undefined || signal.aborted) return;
    const ready = late.pods.filter(isReady).map((pod) => pod.endpoint);
    const all = cluster.services.filter((service) => !this.#isTold(service)).length;
    this.#fail(
      "not-converged",
      `${patienceMs} ms after the last change the agent's view of ${all} services is not what ` +
        `the API server says; of ${late.name}, whose ready endpoints are ${ready.join(", ")}, ` +
        `it knows ${this.#knownOf(late).join(", ") || "none"}`,
    );
  }

  /** Does something during which the view must not change; counts a failure if it does. */
  async undisturbed(work: () => Promise<void>): Promise<void> {
    const before = this.#changes;
    await work();
    const changes = this.#changes - before;
    if (changes === 0) return;
    this.#fail("flapped", `the view of ${changes} service ports changed, the cluster did not`);
  }

  #fail(rule: WatchRule, what: string): void {
    const { tally, clock } = this.#options;
    tally.now.count("failed");
    tally.tell({ atMs: clock.now(), story: tally.story, verdict: "failed", rule, what });
  }

  #late(): SimService | undefined {
    return this.#options.cluster.services.find((service) => !this.#isTold(service));
  }

  #isTold(service: SimService): boolean {
    const told = PORTS.flatMap(({ protocol }) =>
      service.pods.map((pod) => describePod(pod, protocol))
    ).sort();
    const known = this.#knownOf(service);
    return told.length === known.length && told.every((text, index) => text === known[index]);
  }

  #knownOf({ name }: SimService): readonly string[] {
    const view = this.#synced?.view.services.get(`${NAMESPACE}/${name}`);
    const ports = view?.servicePorts ?? [];
    return ports.flatMap(({ protocol, endpoints }) =>
      endpoints.map(({ ip, port, ...told }) => describe(protocol, `${ip}:${port}`, told))
    ).sort();
  }
}

function describePod({ endpoint, told }: Pod, protocol: Protocol): string {
  return describe(protocol, endpoint, told);
}

function describe(protocol: Protocol, endpoint: string, { serving, terminating }: Told): string {
  const state = terminating ? "terminating" : serving ? "ready" : "not ready";
  return `${protocol} ${endpoint} ${state}`;
}
