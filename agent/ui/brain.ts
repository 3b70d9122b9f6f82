/**
 * What a server of KPNG knows, as the status page asks an agent. It acts for no node, so a view is
 * derived only when somebody looks, and only of what changed since somebody last looked.
 *
 * @module
 */
import {
  type ApiSnapshot,
  type Derivation,
  deriveView,
  EMPTY_SNAPSHOT,
  type PipelineState,
  startPipeline,
} from "../../core/mod.ts";
import type { KpngServerLoad } from "../../proto/mod.ts";
import type { FeedStatus } from "../feed.ts";
import { IDLE_OPS } from "../idle_ops.ts";
import type { AgentStatus } from "../sync_loop.ts";

/** What a server of KPNG tells of itself. */
export interface ServerWatched {
  /** How the source is. */
  readonly source: () => FeedStatus;
  /** Who is connected. */
  readonly load: () => KpngServerLoad;
}

/** The name of nobody's node: what is the same for all nodes is seen from there. */
export const NO_NODE = "";

/** What a server of KPNG knows. */
export class Brain {
  readonly #now: () => number;
  #snapshot: ApiSnapshot = EMPTY_SNAPSHOT;
  #nobodys: Derivation | null = null;
  /** Of the node that was last asked for: one is looked at by one who looks. */
  #nodes: Derivation | null = null;
  #syncs = 0;
  #lastSyncAt: number | null = null;

  /** Knows nothing yet. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes in what clients are told from now on. Answers with how many services it changed. */
  took(snapshot: ApiSnapshot): number {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    this.#syncs++;
    this.#lastSyncAt = this.#now();
    const changed = new Set(
      snapshot.services.changesSince(before.services).map(({ key }) => key),
    );
    for (const { key } of snapshot.slicesByService.changesSince(before.slicesByService)) {
      changed.add(key);
    }
    return changed.size;
  }

  /** What the node of that name must do; by default what there is for any of them. */
  state(node: string = NO_NODE): PipelineState {
    const snapshot = this.#snapshot;
    const ready = snapshot.synced.Service && snapshot.synced.EndpointSlice;
    if (!ready) return { ...startPipeline(node), snapshot };
    const before = node === NO_NODE ? this.#nobodys : this.#nodes;
    const fresh = before?.snapshot === snapshot && before.view.node === node;
    const derivation = fresh ? before : deriveView(snapshot, node, before);
    if (node === NO_NODE) this.#nobodys = derivation;
    else this.#nodes = derivation;
    return { node, snapshot, derivation, received: null, view: derivation.view, ready };
  }

  /** How the server is, in the words of an agent. */
  status(source: FeedStatus): AgentStatus {
    const { synced } = this.#snapshot;
    return {
      ready: synced.Service && synced.EndpointSlice,
      syncs: this.#syncs,
      lastSyncAt: this.#lastSyncAt,
      source,
      ops: IDLE_OPS, // clients carry out what is to be done, not a server
      looks: null,
    };
  }
}
