/**
 * A source of a cluster with nothing in it: what a node must do for it is to take everything off.
 *
 * @module
 */
import type { KubeObject } from "../../core/mod.ts";
import type { Source } from "../../proto/mod.ts";

const KINDS: readonly KubeObject["kind"][] = ["Service", "EndpointSlice", "Node"];

/** A source that lists nothing, and ends. */
export function emptySource(): Source {
  return {
    name: "nothing",
    run(sink) {
      sink.events(KINDS.map((kind) => ({ type: "list", kind, objects: [], unreadable: [] })));
      return Promise.resolve();
    },
  };
}
