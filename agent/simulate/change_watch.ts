/**
 * Measures how long a change takes from the API server to the traffic: from the write that calls an
 * endpoint ready to the first reply that the endpoint serves. While one is waited for, its service is
 * probed, so that the figure tells of the proxy and not of how rarely a client happens to come by.
 *
 * @module
 */
import type { Pod, SimService } from "./model.ts";
import type { Story } from "./scenario_names.ts";
import type { Tally } from "./tally.ts";

/** What the watch needs. */
export interface ChangeWatchOptions {
  /** Where it enters what it measures. */
  readonly tally: Tally;
  /** The time. */
  readonly now: () => number;
  /** Opens connections to a service for as long as it is wanted. */
  readonly probe: (service: SimService, wanted: () => boolean) => void;
}

interface Waiting {
  readonly pod: Pod;
  readonly since: number;
  readonly story: Story;
}

/** As many services are probed at once; more new endpoints than those have are not measured. */
const MOST_PROBED = 16;

/** Measures the way of changes to the traffic. */
export class ChangeWatch {
  readonly #options: ChangeWatchOptions;
  /** Endpoints without a reply yet, by service. */
  readonly #waiting = new Map<string, Map<string, Waiting>>();

  /** A watch that waits for nothing yet. */
  constructor(options: ChangeWatchOptions) {
    this.#options = options;
  }

  /** The API server has just called these pods of the service ready. */
  ready(service: SimService, pods: readonly Pod[]): void {
    const probed = this.#waiting.get(service.name);
    if (probed === undefined && this.#waiting.size >= MOST_PROBED) return;
    const waiting = probed ?? new Map<string, Waiting>();
    const since = this.#options.now();
    const { story } = this.#options.tally;
    for (const pod of pods) waiting.set(pod.endpoint, { pod, since, story });
    if (probed !== undefined || waiting.size === 0) return;
    this.#waiting.set(service.name, waiting);
    this.#options.probe(service, () => this.#stillWaits(service.name));
  }

  /** An endpoint of the service has answered. */
  answered(service: SimService, endpoint: string, at: number): void {
    const waiting = this.#waiting.get(service.name);
    const found = waiting?.get(endpoint);
    if (waiting === undefined || found === undefined) return;
    this.#options.tally.of(found.story).changeToTrafficMs.add(at - found.since);
    waiting.delete(endpoint);
    if (waiting.size === 0) this.#waiting.delete(service.name);
  }

  /** Whether an endpoint of the service is waited for; one that has left is not any more. */
  #stillWaits(service: string): boolean {
    const waiting = this.#waiting.get(service);
    if (waiting === undefined) return false;
    for (const [endpoint, { pod }] of waiting) {
      if (!pod.alive || pod.told.terminating) waiting.delete(endpoint);
    }
    if (waiting.size === 0) this.#waiting.delete(service);
    return waiting.size > 0;
  }
}
