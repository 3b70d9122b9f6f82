/**
 * Tells what happens to the own Node, as kube-proxy does: that there is none of this name, that it was
 * deleted, that its addresses changed. What runs goes on; what a person must do is in the line.
 *
 * @module
 */
import {
  type Logger,
  type Node,
  type ObjectRef,
  type PipelineEvent,
  unreachable,
} from "../../core/mod.ts";
import { nodeAddresses } from "./node_ips.ts";

/** What the telling needs. */
export interface NodeNewsOptions {
  /** The node's name. */
  readonly nodeName: string;
  /** Where to write what happens. */
  readonly log: Logger;
}

/** Keeps what was last known of the own Node. */
export class NodeNews {
  readonly #options: NodeNewsOptions;
  #addresses: readonly string[] | null = null;
  /** What was told last of the Node's absence: a list that says the same again is no news. */
  #absent = false;

  /** Makes it without a Node. */
  constructor(options: NodeNewsOptions) {
    this.#options = options;
  }

  /** Takes what came from the cluster. */
  heard(batch: readonly PipelineEvent[]): void {
    for (const event of batch) {
      switch (event.type) {
        case "list":
          if (event.kind === "Node") this.#listed(event);
          break;
        case "upsert":
          if (event.object.kind === "Node" && this.#isOwn(event.object)) this.#is(event.object);
          break;
        case "delete":
          if (this.#isOwn(event.ref)) this.#isNot();
          break;
        case "view":
        case "view-change": // of no cluster
          break;
        default:
          unreachable(event);
      }
    }
  }

  #listed({ objects, unreadable }: Extract<PipelineEvent, { type: "list" }>): void {
    const own = objects.find((object) => this.#isOwn(object));
    if (own?.kind === "Node") this.#is(own);
    else if (!unreadable.some((ref) => this.#isOwn(ref))) this.#isNot();
  }

  #isOwn({ kind, name }: ObjectRef): boolean {
    return kind === "Node" && name === this.#options.nodeName;
  }

  #is(node: Node): void {
    const { nodeName, log } = this.#options;
    const before = this.#addresses;
    const after = nodeAddresses(node);
    if (this.#absent) log.info("The Node is in the cluster now", { node: nodeName });
    if (before !== null && before.join() !== after.join()) {
      const line = "The addresses of the Node have changed; what was started with the old ones " +
        "(--node-ip, --nodeport-addresses=primary) keeps them until it is started again";
      log.warn(line, { node: nodeName, before, after });
    }
    this.#addresses = after;
    this.#absent = false;
  }

  #isNot(): void {
    const { nodeName, log } = this.#options;
    if (this.#absent) return;
    this.#absent = true;
    if (this.#addresses !== null) {
      log.warn("The Node was deleted; all that is programmed stays as it is", { node: nodeName });
      return;
    }
    log.warn(
      `There is no Node "${nodeName}" in the cluster, and /healthz answers 503 until there is one; ` +
        "if this node has another name there, give that as --hostname-override: else no endpoint " +
        "is local to it",
    );
  }
}
