/**
 * Which endpoints a node uses: the rule tables. The behaviour is kube-proxy's `CategorizeEndpoints`
 * (pkg/proxy/topology.go), with the reason kept for every endpoint, used or not.
 *
 * @module
 */
import type { Rule } from "./rules.ts";

/** What the tables look at in one endpoint. */
export interface EndpointFacts {
  /** Whether it is ready. Ready counts as ready, whatever the other two say. */
  readonly ready: boolean;
  /** Whether it serves. */
  readonly serving: boolean;
  /** Whether it is shutting down. */
  readonly terminating: boolean;
  /** Whether it runs on the node. */
  readonly local: boolean;
  /** Whether a node hint names the node. */
  readonly hintsNode: boolean;
  /** Whether a zone hint names the node's zone. */
  readonly hintsZone: boolean;
}

/** What the tables look at in all endpoints of a service port together. */
export interface SetFacts {
  /** Whether any traffic uses the cluster set. */
  readonly usesCluster: boolean;
  /** Whether any traffic uses the local set. */
  readonly usesLocal: boolean;
  /** How many endpoints are ready. */
  readonly ready: number;
  /** How many ready endpoints have no node hint. */
  readonly withoutNodeHint: number;
  /** How many ready endpoints have a node hint that names the node. */
  readonly hintNode: number;
  /** How many ready endpoints have no zone hint. */
  readonly withoutZoneHint: number;
  /** How many ready endpoints have a zone hint that names the node's zone. */
  readonly hintZone: number;
  /** Whether the node has a zone. */
  readonly zoneKnown: boolean;
  /** How many ready endpoints run on the node. */
  readonly localReady: number;
}

/** How the cluster set of a service port was chosen. */
export type ClusterSet = "not-used" | "node-hints" | "zone-hints" | "ready" | "terminating";

/** How the cluster set is chosen. */
export const CLUSTER_SET_RULES: readonly Rule<SetFacts, ClusterSet, ClusterSet>[] = [
  {
    name: "not-used",
    why: "no traffic of this service port uses endpoints of the whole cluster",
    when: (set) => !set.usesCluster,
    then: "not-used",
  },
  {
    name: "node-hints",
    why: "every ready endpoint has a node hint and at least one names this node",
    when: (set) => set.ready > 0 && set.withoutNodeHint === 0 && set.hintNode > 0,
    then: "node-hints",
  },
  {
    name: "zone-hints",
    why: "every ready endpoint has a zone hint and at least one names this node's zone",
    when: (set) => set.ready > 0 && set.withoutZoneHint === 0 && set.hintZone > 0,
    then: "zone-hints",
  },
  {
    name: "ready",
    why: "at least one endpoint is ready",
    when: (set) => set.ready > 0,
    then: "ready",
  },
  {
    name: "terminating",
    why: "no endpoint is ready: those that are terminating and still serve are used",
    when: () => true,
    then: "terminating",
  },
];

/** How the local set of a service port was chosen. */
export type LocalSet = "not-used" | "local-ready" | "local-terminating";

/** How the local set is chosen. */
export const LOCAL_SET_RULES: readonly Rule<SetFacts, LocalSet, LocalSet>[] = [
  {
    name: "not-used",
    why: "no traffic of this service port is kept on the node",
    when: (set) => !set.usesLocal,
    then: "not-used",
  },
  {
    name: "local-ready",
    why: "at least one ready endpoint runs on this node",
    when: (set) => set.localReady > 0,
    then: "local-ready",
  },
  {
    name: "local-terminating",
    why: "no ready endpoint runs on this node: terminating ones that still serve are used",
    when: () => true,
    then: "local-terminating",
  },
];

/** Why hints that endpoints do carry are not followed. */
export const HINT_RULES: readonly Rule<SetFacts, string, string>[] = [
  {
    name: "",
    why: "hints are followed, or there are none, or nothing is ready",
    when: (set) =>
      !set.usesCluster || set.ready === 0 ||
      (set.withoutNodeHint === set.ready && set.withoutZoneHint === set.ready) ||
      (set.withoutNodeHint === 0 && set.hintNode > 0) ||
      (set.withoutZoneHint === 0 && set.hintZone > 0),
    then: "",
  },
  {
    name: "hints-incomplete",
    why: "a ready endpoint has no hint, so hints are not followed",
    when: (set) => set.withoutNodeHint > 0 && set.withoutZoneHint > 0,
    then: "hints-incomplete",
  },
  {
    name: "node-hints-elsewhere",
    why: "no ready endpoint's node hint names this node, and zone hints are incomplete",
    when: (set) => set.withoutZoneHint > 0,
    then: "node-hints-elsewhere",
  },
  {
    name: "node-without-zone",
    why: "this node has no zone label, so zone hints are not followed",
    when: (set) => !set.zoneKnown,
    then: "node-without-zone",
  },
  {
    name: "zone-hints-elsewhere",
    why: "no ready endpoint's zone hint names this node's zone",
    when: () => true,
    then: "zone-hints-elsewhere",
  },
];

/** One endpoint, and how the set in question was chosen. */
export interface ClusterInput {
  /** The endpoint. */
  readonly endpoint: EndpointFacts;
  /** How the cluster set was chosen. */
  readonly set: ClusterSet;
}

/** Whether an endpoint is in the cluster set. */
export const CLUSTER_ENDPOINT_RULES: readonly Rule<ClusterInput, string, boolean>[] = [
  {
    name: "not-used",
    why: "no traffic of this service port uses endpoints of the whole cluster",
    when: ({ set }) => set === "not-used",
    then: false,
  },
  {
    name: "node-hints",
    why: "ready, and its hint names this node",
    when: ({ endpoint, set }) => set === "node-hints" && endpoint.ready && endpoint.hintsNode,
    then: true,
  },
  {
    name: "zone-hints",
    why: "ready, and its hint names this node's zone",
    when: ({ endpoint, set }) => set === "zone-hints" && endpoint.ready && endpoint.hintsZone,
    then: true,
  },
  {
    name: "hinted-elsewhere",
    why: "ready, but its hints name other nodes or zones",
    when: ({ endpoint, set }) => endpoint.ready && (set === "node-hints" || set === "zone-hints"),
    then: false,
  },
  {
    name: "ready",
    why: "ready",
    when: ({ endpoint }) => endpoint.ready,
    then: true,
  },
  {
    name: "terminating",
    why: "terminating but still serving, and nothing is ready",
    when: ({ endpoint, set }) => set === "terminating" && endpoint.serving && endpoint.terminating,
    then: true,
  },
  {
    name: "terminating-not-needed",
    why: "terminating, and other endpoints are ready",
    when: ({ endpoint }) => endpoint.serving && endpoint.terminating,
    then: false,
  },
  {
    name: "not-ready",
    why: "neither ready nor terminating and still serving",
    when: () => true,
    then: false,
  },
];

/** One endpoint, and how the set in question was chosen. */
export interface LocalInput {
  /** The endpoint. */
  readonly endpoint: EndpointFacts;
  /** How the local set was chosen. */
  readonly set: LocalSet;
}

/** Whether an endpoint is in the local set. */
export const LOCAL_ENDPOINT_RULES: readonly Rule<LocalInput, string, boolean>[] = [
  {
    name: "not-used",
    why: "no traffic of this service port is kept on the node",
    when: ({ set }) => set === "not-used",
    then: false,
  },
  {
    name: "not-local",
    why: "runs on another node, and the policy is Local",
    when: ({ endpoint }) => !endpoint.local,
    then: false,
  },
  {
    name: "local-ready",
    why: "ready, on this node",
    when: ({ endpoint }) => endpoint.ready,
    then: true,
  },
  {
    name: "local-terminating",
    why: "on this node, terminating but still serving, and nothing here is ready",
    when: ({ endpoint, set }) =>
      set === "local-terminating" && endpoint.serving && endpoint.terminating,
    then: true,
  },
  {
    name: "local-terminating-not-needed",
    why: "on this node and terminating, and other endpoints here are ready",
    when: ({ endpoint }) => endpoint.serving && endpoint.terminating,
    then: false,
  },
  {
    name: "local-not-ready",
    why: "on this node, but neither ready nor terminating and still serving",
    when: () => true,
    then: false,
  },
];
