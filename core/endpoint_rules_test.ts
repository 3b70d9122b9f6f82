/**
 * A case for every rule about endpoints, and a ledger that fails if one is missing. Where two rules
 * hold, the case shows which goes first.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ruleCases } from "./_fixtures.ts";
import {
  CLUSTER_ENDPOINT_RULES,
  CLUSTER_SET_RULES,
  type ClusterInput,
  type ClusterSet,
  type EndpointFacts,
  HINT_RULES,
  LOCAL_ENDPOINT_RULES,
  LOCAL_SET_RULES,
  type LocalInput,
  type LocalSet,
  type SetFacts,
} from "./endpoint_rules.ts";
import { ROUTE_RULES, type RouteInput } from "./route_rules.ts";

/** Three ready endpoints without hints, none on this node; only the cluster set is in use. */
function set(more: Partial<SetFacts>): SetFacts {
  return {
    usesCluster: true,
    usesLocal: false,
    ready: 3,
    withoutNodeHint: 3,
    hintNode: 0,
    withoutZoneHint: 3,
    hintZone: 0,
    zoneKnown: true,
    localReady: 0,
    ...more,
  };
}

const NODE_HINTS = { withoutNodeHint: 0, hintNode: 1 };
const ZONE_HINTS = { withoutZoneHint: 0, hintZone: 1 };
const NONE_READY = { ready: 0, withoutNodeHint: 0, withoutZoneHint: 0 };

function endpoint(more: Partial<EndpointFacts>): EndpointFacts {
  return {
    ready: false,
    serving: false,
    terminating: false,
    local: false,
    hintsNode: false,
    hintsZone: false,
    ...more,
  };
}

const READY = { ready: true, serving: true };
const ENDING = { serving: true, terminating: true };

function cluster(set: ClusterSet, more: Partial<EndpointFacts>): ClusterInput {
  return { set, endpoint: endpoint(more) };
}

function local(set: LocalSet, more: Partial<EndpointFacts>): LocalInput {
  return { set, endpoint: endpoint(more) };
}

/** Traffic to a NodePort under policy Cluster, three endpoints in the cluster set, one here. */
function traffic(more: Partial<RouteInput>): RouteInput {
  return {
    kind: "NodePort",
    inRanges: true,
    hasAny: true,
    local: false,
    fromNode: false,
    cluster: 3,
    localSet: 1,
    ...more,
  };
}

const TO_CLUSTER = { verdict: "forward", set: "cluster" } as const;
const TO_LOCAL = { verdict: "forward", set: "local" } as const;
const REJECT = { verdict: "reject" } as const;
const DROP = { verdict: "drop" } as const;

const LEDGER = [
  ruleCases("CLUSTER_SET_RULES", CLUSTER_SET_RULES, [
    ["not-used", "not-used", set({ usesCluster: false, ...NODE_HINTS, ...ZONE_HINTS })],
    ["node-hints", "node-hints", set({ ...NODE_HINTS, ...ZONE_HINTS })],
    ["node-hints", "node-hints", set({ ...NODE_HINTS, zoneKnown: false })],
    ["zone-hints", "zone-hints", set(ZONE_HINTS)],
    ["zone-hints", "zone-hints", set({ ...ZONE_HINTS, ...NODE_HINTS, withoutNodeHint: 1 })],
    ["zone-hints", "zone-hints", set({ ...ZONE_HINTS, withoutNodeHint: 0, hintNode: 0 })],
    ["ready", "ready", set({})],
    ["ready", "ready", set({ ...NODE_HINTS, withoutNodeHint: 1 })],
    ["ready", "ready", set({ ...ZONE_HINTS, withoutZoneHint: 1 })],
    ["ready", "ready", set({ withoutZoneHint: 0, hintZone: 0 })],
    ["terminating", "terminating", set(NONE_READY)],
    // what no endpoint lacks, all have: only a ready one can turn hints on
    ["terminating", "terminating", set({ ...NONE_READY, hintNode: 1, hintZone: 1 })],
  ]),
  ruleCases("LOCAL_SET_RULES", LOCAL_SET_RULES, [
    ["not-used", "not-used", set({ localReady: 1 })],
    ["local-ready", "local-ready", set({ usesLocal: true, localReady: 1 })],
    ["local-terminating", "local-terminating", set({ usesLocal: true })],
  ]),
  ruleCases("HINT_RULES", HINT_RULES, [
    ["", "", set({})],
    ["", "", set({ usesCluster: false, withoutZoneHint: 1 })],
    ["", "", set(NONE_READY)],
    ["", "", set(NODE_HINTS)],
    ["", "", set(ZONE_HINTS)],
    ["", "", set({ ...ZONE_HINTS, withoutNodeHint: 1 })],
    ["hints-incomplete", "hints-incomplete", set({ withoutZoneHint: 1, hintZone: 1 })],
    ["hints-incomplete", "hints-incomplete", set({ withoutNodeHint: 2, hintNode: 1 })],
    ["node-hints-elsewhere", "node-hints-elsewhere", set({ withoutNodeHint: 0 })],
    [
      "node-hints-elsewhere",
      "node-hints-elsewhere",
      set({ withoutNodeHint: 0, withoutZoneHint: 1 }),
    ],
    ["node-without-zone", "node-without-zone", set({ withoutZoneHint: 0, zoneKnown: false })],
    ["zone-hints-elsewhere", "zone-hints-elsewhere", set({ withoutZoneHint: 0 })],
    [
      "zone-hints-elsewhere",
      "zone-hints-elsewhere",
      set({ withoutNodeHint: 0, withoutZoneHint: 0 }),
    ],
  ]),
  ruleCases("CLUSTER_ENDPOINT_RULES", CLUSTER_ENDPOINT_RULES, [
    ["not-used", false, cluster("not-used", { ...READY, hintsNode: true })],
    ["node-hints", true, cluster("node-hints", { ...READY, hintsNode: true })],
    ["zone-hints", true, cluster("zone-hints", { ...READY, hintsZone: true })],
    ["hinted-elsewhere", false, cluster("node-hints", { ...READY, hintsZone: true })],
    ["hinted-elsewhere", false, cluster("zone-hints", { ...READY, hintsNode: true, local: true })],
    ["ready", true, cluster("ready", READY)],
    ["ready", true, cluster("ready", { ready: true, terminating: true })],
    ["terminating", true, cluster("terminating", ENDING)],
    ["terminating-not-needed", false, cluster("ready", ENDING)],
    ["terminating-not-needed", false, cluster("node-hints", { ...ENDING, hintsNode: true })],
    ["not-ready", false, cluster("ready", {})],
    ["not-ready", false, cluster("terminating", { serving: true })],
    ["not-ready", false, cluster("terminating", { terminating: true })],
    ["not-ready", false, cluster("zone-hints", { hintsZone: true })],
  ]),
  ruleCases("LOCAL_ENDPOINT_RULES", LOCAL_ENDPOINT_RULES, [
    ["not-used", false, local("not-used", { ...READY, local: true })],
    ["not-local", false, local("local-ready", READY)],
    ["not-local", false, local("local-terminating", ENDING)],
    ["local-ready", true, local("local-ready", { ...READY, local: true })],
    ["local-ready", true, local("local-ready", { ready: true, terminating: true, local: true })],
    ["local-terminating", true, local("local-terminating", { ...ENDING, local: true })],
    ["local-terminating-not-needed", false, local("local-ready", { ...ENDING, local: true })],
    ["local-not-ready", false, local("local-ready", { local: true })],
    ["local-not-ready", false, local("local-terminating", { serving: true, local: true })],
    ["local-not-ready", false, local("local-terminating", { terminating: true, local: true })],
  ]),
  ruleCases("ROUTE_RULES", ROUTE_RULES, [
    ["no-endpoints", REJECT, traffic({ hasAny: false, cluster: 0, localSet: 0 })],
    ["no-endpoints", REJECT, traffic({ kind: "LoadBalancer", hasAny: false, inRanges: false })],
    ["source-not-allowed", DROP, traffic({ kind: "LoadBalancer", inRanges: false })],
    ["local-client", TO_CLUSTER, traffic({ local: true, fromNode: true })],
    ["policy-local", TO_LOCAL, traffic({ local: true })],
    ["policy-local", TO_LOCAL, traffic({ kind: "ClusterIP", local: true, fromNode: true })],
    ["policy-cluster", TO_CLUSTER, traffic({})],
    // source ranges guard the load balancer VIPs only
    ["policy-cluster", TO_CLUSTER, traffic({ kind: "ExternalIP", inRanges: false })],
    ["policy-cluster", TO_CLUSTER, traffic({ kind: "ClusterIP", localSet: 0 })],
    ["no-local-endpoints", DROP, traffic({ local: true, localSet: 0 })],
    ["no-local-endpoints", DROP, traffic({ kind: "ClusterIP", local: true, localSet: 0 })],
  ]),
];

Deno.test.each(LEDGER.flatMap(({ cases }) => cases))(
  "$table: $rule decides",
  ({ rule, value, decision }) => {
    assert.deepEqual(decision, { rule, value });
  },
);

Deno.test.each(LEDGER)("$table: every rule has a case", ({ names, cases }) => {
  assert.deepEqual([...new Set(cases.map(({ rule }) => rule))], names);
});
