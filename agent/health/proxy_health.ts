/**
 * Whether the proxy is healthy, by kube-proxy's rules: it is not if a sync was asked for and none has
 * succeeded for too long, or if it cannot do its work. Whether a load balancer may send traffic here
 * depends on the Node as well.
 *
 * @module
 */
import type { IpFamily, Node } from "../../core/mod.ts";

/** The taint by which the cluster autoscaler announces that it takes the node away. */
export const AUTOSCALER_TAINT = "ToBeDeletedByClusterAutoscaler";

/** How one IP family is. */
export interface FamilyHealth {
  /** When it was last known to be right, in milliseconds since 1970. */
  readonly lastUpdated: number;
  /** Whether it is healthy. */
  readonly healthy: boolean;
}

/** How the proxy is. */
export interface ProxyHealthReport {
  /** Now, in milliseconds since 1970. */
  readonly now: number;
  /** Whether the process is in order: all families are healthy. */
  readonly live: boolean;
  /** Whether it does its work: it is in order, and not kept from its work for too long. */
  readonly healthy: boolean;
  /** What keeps it from its work, which no restart would cure: HNS, a network; `""` for nothing. */
  readonly blockedBy: string;
  /** Whether the node may get traffic. */
  readonly nodeEligible: boolean;
  /** When the last sync succeeded, in milliseconds since 1970; `null` before the first. */
  readonly lastUpdated: number | null;
  /** Each family. */
  readonly families: ReadonlyMap<IpFamily, FamilyHealth>;
}

/** What the health of the proxy depends on. */
export interface ProxyHealthOptions {
  /** How long a sync may be due: twice the sync period, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether a node that was never heard of counts as one that must get no traffic. */
  readonly nodeRequired: boolean;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Keeps what the health of the proxy depends on. */
export class ProxyHealth {
  readonly #options: ProxyHealthOptions;
  /** When each family last synced. It is there from the start of its loop. */
  readonly #updated = new Map<IpFamily, number>();
  /** When each family was first asked for a sync that has not come yet. */
  readonly #asked = new Map<IpFamily, number>();
  #node: Node | null = null;
  #platform: () => string = () => "";
  #blockedSince: number | null = null;
  /** Whether a sync could ever do its work. */
  #everFree = false;

  /** Makes the health of a proxy that has not started. */
  constructor(options: ProxyHealthOptions) {
    this.#options = options;
  }

  /** A sync of the families was asked for. The oldest request counts. */
  asked(families: readonly IpFamily[]): void {
    const now = this.#options.now();
    for (const family of families) if (!this.#asked.has(family)) this.#asked.set(family, now);
  }

  /**
   * Has this ask without what nothing can be done; `""` for nothing. kube-proxy's syncs return early
   * then, and its health goes stale; before its network is there, it serves no health at all.
   */
  watchPlatform(blockedBy: () => string): void {
    this.#platform = blockedBy;
    this.#everFree = false;
  }

  /** The families were synced, or their loop has begun. Where nothing could be done that is no sync. */
  synced(families: readonly IpFamily[]): void {
    if (this.#blockedBy() !== "") return this.excused(families);
    this.#everFree = true;
    const now = this.#options.now();
    for (const family of families) {
      this.#asked.delete(family);
      this.#updated.set(family, now);
    }
  }

  #blockedBy(): string {
    const blockedBy = this.#platform();
    this.#blockedSince = blockedBy === "" ? null : this.#blockedSince ?? this.#options.now();
    return blockedBy;
  }

  /**
   * No sync is due for what was asked: services and slices are not all known yet. As with kube-proxy
   * that is no fault of this process, which a restart would not cure; nor is it a sync.
   */
  excused(families: readonly IpFamily[]): void {
    for (const family of families) this.#asked.delete(family);
  }

  /** The Node is now this. One that is gone is not told of: what was last known of it stays. */
  heardOfNode(node: Node): void {
    this.#node = node;
  }

  /** Whether the proxy does its work; what service health checks need to know. */
  healthy(): boolean {
    return this.report().healthy;
  }

  /** How everything is at this moment. */
  report(): ProxyHealthReport {
    const { timeoutMs, nodeRequired } = this.#options;
    const now = this.#options.now();
    const families = new Map<IpFamily, FamilyHealth>();
    for (const [family, lastUpdated] of [...this.#updated].sort()) {
      const since = this.#asked.get(family);
      families.set(family, {
        lastUpdated,
        healthy: since === undefined || now - since < timeoutMs,
      });
    }
    const all = [...families.values()];
    const live = all.every(({ healthy }) => healthy);
    const blockedBy = this.#blockedBy();
    const blockedMs = this.#blockedSince === null ? 0 : now - this.#blockedSince;
    const stuck = blockedBy !== "" && (!this.#everFree || blockedMs >= timeoutMs);
    return {
      now,
      live,
      healthy: live && !stuck,
      blockedBy,
      nodeEligible: this.#node === null ? !nodeRequired : isEligible(this.#node),
      lastUpdated: all.length === 0 ? null : Math.max(...all.map((each) => each.lastUpdated)),
      families,
    };
  }
}

/** Whether load balancers may send traffic to the node. Other taints and conditions do not matter. */
export function isEligible({ deleting, taints }: Pick<Node, "deleting" | "taints">): boolean {
  return !deleting && !taints.includes(AUTOSCALER_TAINT);
}
