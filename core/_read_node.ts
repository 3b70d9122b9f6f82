/**
 * Reads a `v1/Node`.
 *
 * @module
 */
import {
  type Cursor,
  type Header,
  lenientList,
  object,
  optional,
  type Reader,
  text,
  textMap,
} from "./_reader.ts";
import type { Node, NodeAddress } from "./objects.ts";

const EMPTY: Readonly<Record<string, unknown>> = {};

const readAddress: Reader<NodeAddress> = (value, at) => {
  const entry = object(value, at);
  return { type: at.field(entry, "type", text), address: at.field(entry, "address", text) };
};

const readTaint: Reader<string> = (value, at) => at.field(object(value, at), "key", text);

/** Reads the fields of a Node below its header. */
export function readNode(
  root: Readonly<Record<string, unknown>>,
  { ref, metadata, labels }: Header,
  at: Cursor,
): Node {
  const spec = at.field(root, "spec", optional(object, EMPTY));
  const status = at.field(root, "status", optional(object, EMPTY));
  return {
    kind: "Node",
    namespace: "",
    name: ref.name,
    labels,
    annotations: at.field(metadata, "annotations", textMap),
    addresses: at.field(status, "addresses", lenientList(readAddress)),
    podCIDRs: at.field(spec, "podCIDRs", lenientList(text)),
    taints: at.field(spec, "taints", lenientList(readTaint)),
    deleting: at.field(metadata, "deletionTimestamp", optional(text, "")) !== "",
  };
}
