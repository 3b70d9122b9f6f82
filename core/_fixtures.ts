/**
 * What the tests of this room share: small Kubernetes objects as kubectl prints them, and short ways
 * from such objects to a view. Only tests import it.
 *
 * @module
 */
import type { ClusterEvent } from "./events.ts";
import { type Kind, KINDS, type KubeObject, type Service } from "./objects.ts";
import { type PipelineState, startPipeline, stepPipeline } from "./pipeline.ts";
import { readObject, type ReadResult } from "./read.ts";
import { decide, type Rule } from "./rules.ts";
import type { ServicePortView } from "./view.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** A path into JSON: names of fields and places in lists. */
export type Path = readonly (string | number)[];

/** A `v1/Service` with one unnamed port 80 on 10.96.0.10, and what the caller changes. */
export function service(
  name: string,
  spec: Json = {},
  { status, ...metadata }: Json & { readonly status?: Json } = {},
): Json {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name, ...metadata },
    spec: { clusterIP: "10.96.0.10", ports: [{ port: 80 }], ...spec },
    ...status && { status },
  };
}

/** An IPv4 EndpointSlice `NAME` of a Service; endpoints are addresses or whole entries. */
export function slice(
  name: string,
  service: string,
  endpoints: readonly (string | Json)[] = [],
  rest: Json = {},
): Json {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: "default",
      name,
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    ports: [{ port: 8080 }],
    endpoints: endpoints.map((each) => typeof each === "string" ? { addresses: [each] } : each),
    ...rest,
  };
}

/** A Node, in a zone where one is given. */
export function node(name: string, zone?: string): Json {
  const labels = zone === undefined ? {} : { "topology.kubernetes.io/zone": zone };
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels } };
}

/** The path that a finding prints: `spec.ports[0].port`. Labels must have plain names. */
export function pathOf(text: string): Path {
  const parts = [...text.matchAll(/[^.[\]]+/g)].map(([part]) => part);
  return parts.map((part) => /^\d+$/.test(part) ? Number(part) : part);
}

/** The value with what stands at the path replaced; the value itself stays as it is. */
export function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((each, i) => i === first ? replaced(each, rest, by) : each);
  }
  const fields = Object.entries(typeof value === "object" && value !== null ? value : {});
  const map = new Map<string, unknown>(fields);
  map.set(`${first}`, replaced(map.get(`${first}`), rest, by));
  return Object.fromEntries(map);
}

/** The result of reading, which must be an object. */
export function readWell(value: unknown): Extract<ReadResult, { outcome: "object" }> {
  const result = readObject(value);
  if (result.outcome !== "object") throw new TypeError(`Cannot read: ${JSON.stringify(result)}`);
  return result;
}

/** The result of reading, which must be a rejection. */
export function readBadly(value: unknown): Extract<ReadResult, { outcome: "rejected" }> {
  const result = readObject(value);
  if (result.outcome !== "rejected") throw new TypeError(`Was read: ${JSON.stringify(result)}`);
  return result;
}

/** The object that a value is. */
export function read(value: unknown): KubeObject {
  return readWell(value).object;
}

/** The Service that a value is. */
export function readService(value: unknown): Service {
  const object = read(value);
  if (object.kind !== "Service") throw new TypeError(`Cannot use a ${object.kind} as a Service`);
  return object;
}

/** The news that an object came or changed. */
export function upsert(value: unknown): ClusterEvent {
  return { type: "upsert", object: read(value) };
}

/** The news that an object went. */
export function remove(kind: Kind, name: string): ClusterEvent {
  return { type: "delete", ref: { kind, namespace: kind === "Node" ? "" : "default", name } };
}

/** The complete list of one kind. */
export function list(kind: Kind, objects: readonly unknown[] = []): ClusterEvent {
  const own = objects.map(read).filter((object) => object.kind === kind);
  return { type: "list", kind, objects: own, unreadable: [] };
}

/** The complete lists of all kinds. */
export function lists(objects: readonly unknown[] = []): readonly ClusterEvent[] {
  return KINDS.map((kind) => list(kind, objects));
}

/** The pipeline of node `n1` after it heard of exactly these objects. */
export function stateOf(objects: readonly unknown[], node = "n1"): PipelineState {
  return stepPipeline(startPipeline(node), lists(objects)).state;
}

/** The pipeline after more events. */
export function after(state: PipelineState, ...events: readonly ClusterEvent[]): PipelineState {
  return stepPipeline(state, events).state;
}

/** All service ports of a view, in the order of their keys. */
export function entriesOf({ view }: PipelineState): readonly ServicePortView[] {
  return [...view.services.values()]
    .flatMap((service) => service.servicePorts)
    .sort((a, b) => a.key < b.key ? -1 : 1);
}

/** The service port with the key `default/KEY`, which the view must have. */
export function entryOf(state: PipelineState, key: string): ServicePortView {
  const entry = entriesOf(state).find((each) => each.key === `default/${key}`);
  if (entry === undefined) throw new TypeError(`Cannot find default/${key} in the view`);
  return entry;
}

/** A Service with every field that the reader looks at, all set and right. */
export const RICH_SERVICE: Json = {
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    namespace: "shop",
    name: "web",
    uid: "0a1b",
    creationTimestamp: "2026-01-02T03:04:05Z",
    labels: { app: "web" },
    annotations: { team: "blue" },
  },
  spec: {
    type: "LoadBalancer",
    clusterIP: "10.96.0.10",
    clusterIPs: ["10.96.0.10", "2001:db8::10"],
    ipFamilies: ["IPv4", "IPv6"],
    externalIPs: ["192.0.2.10"],
    loadBalancerSourceRanges: ["203.0.113.0/24"],
    internalTrafficPolicy: "Local",
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 30999,
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    ports: [
      { name: "http", protocol: "TCP", port: 80, nodePort: 30080, targetPort: 8080 },
      { name: "dns", protocol: "UDP", port: 53, nodePort: 30053, targetPort: "dns" },
    ],
  },
  status: {
    loadBalancer: {
      ingress: [{ ip: "203.0.113.5", ipMode: "VIP" }, { ip: "203.0.113.6", ipMode: "Proxy" }],
    },
  },
};

/** An EndpointSlice of the Service above with every field that the reader looks at. */
export const RICH_SLICE: Json = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: {
    namespace: "shop",
    name: "web-abc12",
    labels: { "kubernetes.io/service-name": "web", app: "web" },
    annotations: { "endpoints.kubernetes.io/last-change-trigger-time": "2026-01-02T03:04:05Z" },
  },
  addressType: "IPv4",
  ports: [{ name: "http", protocol: "TCP", port: 8080 }, {
    name: "dns",
    protocol: "UDP",
    port: 53,
  }],
  endpoints: [
    {
      addresses: ["10.244.1.5"],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: "n1",
      zone: "a",
      hostname: "web-0",
      targetRef: { kind: "Pod", name: "web-0" },
      hints: { forZones: [{ name: "a" }], forNodes: [{ name: "n1" }] },
    },
    {
      addresses: ["10.244.2.5"],
      conditions: { ready: false, serving: true, terminating: true },
      nodeName: "n2",
      zone: "b",
      targetRef: { kind: "External", name: "not-a-pod" },
    },
  ],
};

/** A Node with every field that the reader looks at. */
export const RICH_NODE: Json = {
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: "n1",
    labels: { "topology.kubernetes.io/zone": "a" },
    annotations: { rack: "7" },
    deletionTimestamp: "2026-01-02T03:04:05Z",
  },
  spec: { podCIDRs: ["10.244.1.0/24"], taints: [{ key: "busy", effect: "NoSchedule" }] },
  status: { addresses: [{ type: "InternalIP", address: "192.168.1.10" }] },
};

/** The cases of one rule table, decided. */
export interface RuleCases {
  /** The name of the table. */
  readonly table: string;
  /** The names of its rules, in order. */
  readonly names: readonly string[];
  /** For each case, the rule and value that are right, and the decision that was made. */
  readonly cases: readonly {
    readonly table: string;
    readonly rule: string;
    readonly value: unknown;
    readonly decision: { readonly rule: string; readonly value: unknown };
  }[];
}

/** Decides each case of a rule table: the rule that must decide, its decision, the input. */
export function ruleCases<Input, Name extends string, Result>(
  table: string,
  rules: readonly Rule<Input, Name, Result>[],
  cases: readonly (readonly [rule: NoInfer<Name>, value: NoInfer<Result>, input: Input])[],
): RuleCases {
  return {
    table,
    names: rules.map(({ name }) => name),
    cases: cases.map(([rule, value, input]) => ({
      table,
      rule,
      value,
      decision: decide(rules, input),
    })),
  };
}
