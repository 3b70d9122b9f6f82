/**
 * Random histories of a small cluster, for property tests: what a source may tell, in which Services
 * quarrel over addresses and slices change hands, and the naive account of what is true after it.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type ClusterEvent,
  type Kind,
  KINDS,
  type KubeObject,
  objectKey,
  type ObjectRef,
  readObject,
} from "../core/mod.ts";

const someOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const namespace = fc.oneof({ weight: 8, arbitrary: fc.constant("default") }, fc.constant("shop"));

const port = fc.record({
  name: someOf("", "http", "dns"),
  protocol: someOf("TCP", "TCP", "TCP", "UDP"),
  port: someOf(80, 81),
  nodePort: someOf(0, 0, 30080, 30081),
});

const serviceSpec = fc.record({
  type: someOf("ClusterIP", "NodePort", "LoadBalancer", "LoadBalancer", "ExternalName"),
  clusterIP: someOf("10.96.0.1", "10.96.0.2", "10.96.0.3", "10.96.0.1", "None", ""),
  externalIPs: fc.subarray(["192.0.2.1", "192.0.2.2", "2001:db8:1::1", "nonsense"]),
  loadBalancerSourceRanges: fc.subarray(["203.0.113.0/24", "::/0", "nonsense"]),
  internalTrafficPolicy: someOf("Cluster", "Local"),
  externalTrafficPolicy: someOf("Cluster", "Local"),
  sessionAffinity: someOf("None", "ClientIP"),
  ports: fc.array(port, { maxLength: 3, size: "max" }),
});

const service = fc.record({
  namespace,
  name: someOf("a", "a", "b", "c"),
  dual: someOf(false, false, true),
  createdAt: someOf("", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
  labels: someOf<Record<string, string>>({}, {}, { app: "a" }, {
    "service.kubernetes.io/service-proxy-name": "x",
  }),
  annotations: someOf({}, { team: "blue" }),
  ingress: fc.subarray(["203.0.113.5", "192.0.2.1", "2001:db8:1::1"]),
  spec: serviceSpec,
}).map(({ dual, spec, ingress, createdAt, ...metadata }) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { ...metadata, creationTimestamp: createdAt },
  spec: dual && spec.clusterIP.includes(".")
    ? {
      ...spec,
      clusterIPs: [spec.clusterIP, spec.clusterIP.replace(/.*\./, "2001:db8::")],
      ipFamilies: ["IPv4", "IPv6"],
    }
    : spec,
  status: { loadBalancer: { ingress: ingress.map((ip) => ({ ip })) } },
}));

const endpoint = fc.record({
  last: someOf(1, 2, 10, 20),
  conditions: someOf({}, { ready: true }, { ready: false }, {
    ready: false,
    serving: true,
    terminating: true,
  }),
  nodeName: someOf("n1", "n2", null),
  zones: someOf(["a"], ["a"], ["a", "b"], ["b"], []),
});

const SLICE_PORTS = [
  { port: 8080 },
  { name: "http", port: 8080 },
  { name: "dns", port: 5353 },
  { name: "dns", protocol: "UDP", port: 5353 },
];

const slice = fc.record({
  namespace,
  name: someOf("s1", "s2", "s3", "s4"),
  service: someOf("a", "a", "a", "b", "b", "c", "nobody", ""),
  addressType: someOf("IPv4", "IPv4", "IPv4", "IPv6"),
  ports: fc.oneof(fc.constant(SLICE_PORTS), fc.subarray([...SLICE_PORTS])),
  endpoints: fc.array(endpoint, { maxLength: 4, size: "max" }),
}).map(({ namespace, name, service, addressType, ports, endpoints }) => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { namespace, name, labels: { "kubernetes.io/service-name": service } },
  addressType,
  ports,
  endpoints: endpoints.map(({ last, zones, ...rest }) => ({
    ...rest,
    addresses: [addressType === "IPv4" ? `10.244.0.${last}` : `2001:db8:2::${last}`],
    hints: { forZones: zones.map((name) => ({ name })) },
  })),
}));

const node = fc.record({ name: someOf("n1", "n1", "n1", "n2"), zone: someOf("a", "a", "b", "") })
  .map(({ name, zone }) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: zone === "" ? {} : { "topology.kubernetes.io/zone": zone } },
  }));

const object: fc.Arbitrary<KubeObject> = fc
  .oneof(
    { weight: 3, arbitrary: service },
    { weight: 4, arbitrary: slice },
    { weight: 1, arbitrary: node },
  )
  .map((value) => {
    const result = readObject(value);
    assert.ok(result.outcome === "object", JSON.stringify(result));
    return result.object;
  });

/** What is true of the cluster, by kind and key. */
export type Truth = ReadonlyMap<string, KubeObject>;

/** One thing that a source tells, as a function of what it told before. */
export type Telling = (truth: Truth) => ClusterEvent;

const tellUpsert = object.map((object): Telling => () => ({ type: "upsert", object }));

/** Mostly of something that is there. */
const tellDelete = fc.tuple(fc.nat(), object).map(([which, other]): Telling => (truth) => {
  const there = [...truth.values()];
  const { kind, namespace, name } = there[which % (there.length + 1)] ?? other;
  return { type: "delete", ref: { kind, namespace, name } };
});

/** A list in which some is missing, some is new, and some of what is missing could not be read. */
const tellList = fc.record({
  kind: someOf(...KINDS),
  fresh: fc.array(object, { maxLength: 4 }),
  fates: fc.array(someOf("kept", "kept", "kept", "gone", "unreadable"), { minLength: 1 }),
}).map(({ kind, fresh, fates }): Telling => (truth) => {
  const objects: KubeObject[] = [];
  const unreadable: ObjectRef[] = [];
  for (const [i, object] of [...truth.values()].entries()) {
    if (object.kind !== kind) continue;
    const fate = fates[i % fates.length];
    if (fate === "kept") objects.push(structuredClone(object));
    if (fate === "unreadable") unreadable.push(object);
  }
  objects.push(...fresh.filter((each) => each.kind === kind));
  return { type: "list", kind, objects, unreadable };
});

/** Up to 40 tellings. */
export const history: fc.Arbitrary<readonly Telling[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: tellUpsert },
    { weight: 1, arbitrary: tellDelete },
    { weight: 1, arbitrary: tellList },
  ),
  { maxLength: 40, size: "max" },
);

const keyOf = (ref: ObjectRef) => `${ref.kind} ${objectKey(ref)}`;

/** The naive account of what is true after an event. */
function truthAfter(truth: Truth, event: ClusterEvent): Truth {
  const next = new Map(truth);
  switch (event.type) {
    case "upsert":
      return next.set(keyOf(event.object), event.object);
    case "delete":
      next.delete(keyOf(event.ref));
      return next;
    case "list": {
      const stay = new Set(event.unreadable.map(keyOf));
      for (const [key, { kind }] of truth) {
        if (kind === event.kind && !stay.has(key)) next.delete(key);
      }
      for (const object of event.objects) next.set(keyOf(object), object);
      return next;
    }
  }
}

/** The events of a history, and what is true after them. */
export function tell(
  tellings: readonly Telling[],
): { readonly events: readonly ClusterEvent[]; readonly truth: Truth } {
  const events: ClusterEvent[] = [];
  let truth: Truth = new Map();
  for (const telling of tellings) {
    const event = telling(truth);
    events.push(event);
    truth = truthAfter(truth, event);
  }
  return { events, truth };
}

/** The complete lists of all kinds. */
export function listsOf(truth: Truth): readonly ClusterEvent[] {
  return KINDS.map((kind: Kind) => ({
    type: "list",
    kind,
    objects: [...truth.values()].filter((object) => object.kind === kind),
    unreadable: [],
  }));
}

/** The list cut into batches; each cut is a place, taken round. */
export function cut<T>(events: readonly T[], cuts: readonly number[]): readonly (readonly T[])[] {
  const places = cuts.map((place) => place % (events.length + 1)).sort((a, b) => a - b);
  return [...places, events.length].map((place, i) => events.slice(places[i - 1] ?? 0, place));
}

/** Where to cut a list. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(1000), { maxLength: 12 });
