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
} from "./_reader.ts";
import type { Node, NodeAddress } from "./objects.ts";

const readMap = optional(object, {});
const readText = optional(text, "");

const readAddress: Reader<NodeAddress> = (value, at) => {
  const entry = object(value, at);
  return { type: at.field(entry, "type", text), address: at.field(entry, "address", text) };
};

const readTaint: Reader<string> = (value, at) => at.field(object(value, at), "key", text);

const readDeleting: Reader<boolean> = (value, at) =>
  at.field(readMap(value, at), "deletionTimestamp", readText) !== "";

const readSpec: Reader<Pick<Node, "podCIDRs" | "taints">> = (value, at) => {
  const spec = readMap(value, at);
  return {
    podCIDRs: at.field(spec, "podCIDRs", lenientList(text)),
    taints: at.field(spec, "taints", lenientList(readTaint)),
  };
};

const readStatus: Reader<Pick<Node, "addresses">> = (value, at) => {
  const status = readMap(value, at);
  return { addresses: at.field(status, "addresses", lenientList(readAddress)) };
};

/** Reads the fields of a Node below its header. */
export function readNode(
  root: Readonly<Record<string, unknown>>,
  { ref, labels, annotations }: Header,
  at: Cursor,
): Node {
  return {
    kind: "Node",
    namespace: "",
    name: ref.name,
    labels,
    annotations,
    deleting: at.field(root, "metadata", readDeleting),
    ...at.field(root, "spec", readSpec),
    ...at.field(root, "status", readStatus),
  };
}
