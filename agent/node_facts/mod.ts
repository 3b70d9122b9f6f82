/**
 * What can be known of a node without a cluster, what is missing on it, and its source VIP.
 *
 * @module
 */
export { type NodeFacts, type Probed, valueOf } from "./facts.ts";
export { readHns } from "./hns_facts.ts";
export {
  type Books,
  IPAM_FOLDER,
  OWNER,
  readBooks,
  release,
  type Reservation,
  reserve,
} from "./ipam.ts";
export { type LocateOptions, locateSourceVip } from "./locate_source_vip.ts";
export { judge, NODE_RULES, type NodeFinding } from "./judge.ts";
export { chooseNetwork } from "./networks.ts";
export { probeNode, type ProbeOptions, windowsPorts } from "./probes.ts";
export { findSourceVip, inSubnet, isOverlay, type SourceVip } from "./source_vip_rules.ts";
export { factsText } from "./text.ts";
