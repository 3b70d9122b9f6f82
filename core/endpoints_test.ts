/**
 * Which endpoints a node uses, against a second, naive calculation straight from kube-proxy's
 * decision table; and how copies of one endpoint are merged.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { entriesOf, entryOf, type Json, node, service, slice, stateOf } from "./_fixtures.ts";
import {
  CLUSTER_ENDPOINT_RULES,
  CLUSTER_SET_RULES,
  HINT_RULES,
  LOCAL_ENDPOINT_RULES,
  LOCAL_SET_RULES,
} from "./endpoint_rules.ts";
import { servicePortToJson } from "./view_json.ts";

const flag = fc.constantFrom(true, false, null, undefined);
type Hints = readonly { readonly name: string }[] | null;
const hints = (...names: readonly string[]): fc.Arbitrary<Hints> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.subarray(names.map((name) => ({ name })), { minLength: 1 }) },
    fc.constantFrom(null, []),
  );

const endpoint = fc.record({
  addresses: fc.subarray(["10.0.0.1", "10.0.0.2", "10.0.0.10", "10.0.0.20"], { maxLength: 2 }),
  conditions: fc.oneof(
    fc.constantFrom(null, { ready: true }, { ready: false, serving: true, terminating: true }),
    fc.record({ ready: flag, serving: flag, terminating: flag }, { requiredKeys: [] }),
  ),
  nodeName: fc.constantFrom("n1", "n1", "n2", "N1", "", null),
  hints: fc.option(fc.record({ forZones: hints("a", "b"), forNodes: hints("n1", "n2") })),
});

/** Few kinds of endpoints at a time, so that «every ready one has a hint» happens often. */
const endpoints = fc.array(endpoint, { minLength: 1, maxLength: 3 }).chain((few) =>
  fc.array(fc.tuple(fc.constantFrom(...few), endpoint), { maxLength: 5 })
    .map((all) => all.map(([one, { addresses }]) => ({ ...one, addresses })))
);

const PORTS: readonly {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number;
}[] = [
  { name: "http", port: 8080 },
  { name: "http", port: 8081 },
  { name: "http", protocol: "UDP", port: 8080 },
  { name: "http" },
  { port: 8080 },
];

const rawSlice = fc.record({
  name: fc.constantFrom("s1", "s2", "s3"),
  service: fc.constantFrom("web", "web", "web", "other"),
  addressType: fc.constantFrom("IPv4", "IPv4", "IPv4", "FQDN"),
  labels: fc.constantFrom({}, {}, {}, {}, { "service.kubernetes.io/headless": "" }),
  ports: fc.subarray([...PORTS], { minLength: 1 }),
  endpoints,
});

const policy = fc.constantFrom("Cluster", "Local");

const cluster = fc.record({
  zone: fc.constantFrom("a", "a", "", undefined),
  internal: policy,
  external: policy,
  type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
  nodePort: fc.constantFrom(0, 30080),
  externalIP: fc.constantFrom(undefined, "192.0.2.1", "2001:db8::1", "nonsense"),
  slices: fc.uniqueArray(rawSlice, { maxLength: 3, selector: ({ name }) => name }),
});

type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

function objectsOf({ zone, slices, ...spec }: Cluster): readonly Json[] {
  return [
    node("n1", zone),
    service("web", {
      type: spec.type,
      internalTrafficPolicy: spec.internal,
      externalTrafficPolicy: spec.external,
      externalIPs: spec.externalIP === undefined ? [] : [spec.externalIP],
      ports: [{ name: "http", port: 80, nodePort: spec.nodePort }],
    }),
    ...slices.map(({ name, service, labels, ...rest }) => ({
      ...slice(name, service),
      ...rest,
      metadata: { name, labels: { "kubernetes.io/service-name": service, ...labels } },
    })),
  ];
}

/** kube-proxy's sets, by the letter of its decision table; slow, and ignorant of our rule tables. */
function oracle({ zone, internal, external, type, nodePort, externalIP, slices }: Cluster) {
  const copies = slices
    .filter((each) => each.addressType === "IPv4" && each.service === "web")
    .filter((each) => !("service.kubernetes.io/headless" in each.labels))
    .toSorted((a, b) => a.name < b.name ? -1 : 1)
    .flatMap(({ ports, endpoints }) =>
      ports
        .filter((port) => port.name === "http" && port.protocol !== "UDP" && port.port)
        .flatMap((port) =>
          endpoints.flatMap(({ addresses: [ip], conditions, nodeName, hints }) =>
            ip === undefined ? [] : [{
              text: `${ip}:${port.port}`,
              ready: conditions?.ready ?? true,
              serving: conditions?.serving ?? true,
              terminating: conditions?.terminating ?? false,
              local: nodeName === "n1",
              zones: new Set((hints?.forZones ?? []).map(({ name }) => name)),
              nodes: new Set((hints?.forNodes ?? []).map(({ name }) => name)),
            }]
          )
        )
    );
  const texts = [...new Set(copies.map(({ text }) => text))].sort();
  const all = texts.flatMap((text) => {
    const same = copies.filter((each) => each.text === text);
    const better = [
      same.find((each) => !each.terminating && each.ready),
      same.find((each) => !each.terminating),
      same.find((each) => each.ready),
      same[0],
    ];
    return better.find((each) => each !== undefined) ?? [];
  });

  const accessible = nodePort !== 0 || externalIP === "192.0.2.1";
  const externalLocal = external === "Local" &&
    (type !== "ClusterIP" || externalIP !== undefined);
  const usesCluster = internal !== "Local" || accessible;
  const usesLocal = internal === "Local" || (externalLocal && accessible);

  const R = all.filter((each) => each.ready);
  const ST = all.filter((each) => !each.ready && each.serving && each.terminating);
  const forNode = R.filter((each) => each.nodes.has("n1"));
  const forZone = zone ? R.filter((each) => each.zones.has(zone)) : [];
  let clusterSet: typeof all = [];
  if (usesCluster) {
    if (R.length > 0 && R.every((each) => each.nodes.size > 0) && forNode.length > 0) {
      clusterSet = forNode;
    } else if (R.length > 0 && R.every((each) => each.zones.size > 0) && forZone.length > 0) {
      clusterSet = forZone;
    } else clusterSet = R.length > 0 ? R : ST;
  }
  let localSet: typeof all = [];
  if (usesLocal) {
    localSet = R.filter((each) => each.local);
    if (localSet.length === 0) localSet = ST.filter((each) => each.local);
  }
  const internalSet = internal === "Local" ? localSet : clusterSet;
  const externalSet = externalLocal ? localSet : clusterSet;
  const text = (set: typeof all) => set.map((each) => each.text);
  return {
    clusterEndpoints: text(clusterSet),
    localEndpoints: text(localSet),
    allEndpoints: text(all.filter((each) => clusterSet.includes(each) || localSet.includes(each))),
    hasAnyEndpoints: clusterSet.length > 0 || (usesLocal && R.length + ST.length > 0),
    internal: text(internalSet),
    external: text(externalSet),
    known: texts,
  };
}

Deno.test("the sets are those of kube-proxy's decision table, for any slices and policies", () => {
  fc.assert(
    fc.property(cluster, (cluster) => {
      const json = servicePortToJson(entryOf(stateOf(objectsOf(cluster)), "web:http/TCP/IPv4"));
      const used = (by: "internal" | "external") =>
        json.endpoints.filter((each) => each[by]).map(({ ip, port }) => `${ip}:${port}`);
      const { clusterEndpoints, localEndpoints, allEndpoints, hasAnyEndpoints } = json;
      assert.deepEqual({
        clusterEndpoints,
        localEndpoints,
        allEndpoints,
        hasAnyEndpoints,
        internal: used("internal"),
        external: used("external"),
        known: json.endpoints.map(({ ip, port }) => `${ip}:${port}`),
      }, oracle(cluster));
    }),
    { numRuns: 600 },
  );
});

Deno.test("the clusters of the test above reach every rule about endpoints", () => {
  const seen = new Set(
    fc.sample(cluster, { numRuns: 600, seed: 1 }).flatMap((cluster) =>
      entriesOf(stateOf(objectsOf(cluster))).flatMap(({ sets, endpoints }) => [
        sets.cluster,
        sets.local,
        sets.hintsIgnored,
        ...endpoints.flatMap(({ rules }) => [rules.internal, rules.external]),
      ])
    ),
  );
  const tables = [
    CLUSTER_SET_RULES,
    LOCAL_SET_RULES,
    HINT_RULES,
    CLUSTER_ENDPOINT_RULES,
    LOCAL_ENDPOINT_RULES,
  ];
  const names = tables.flatMap((table) => table.map(({ name }) => name));
  assert.deepEqual(names.filter((name) => !seen.has(name)), []);
});

const READY = { conditions: { ready: true } };
const ENDING = { conditions: { ready: false, serving: true, terminating: true } };
const READY_ENDING = { conditions: { ready: true, serving: true, terminating: true } };
const UNREADY = { conditions: { ready: false, serving: false } };

Deno.test.each([
  { what: "one that is not terminating", copies: [ENDING, UNREADY], wins: 1 },
  {
    what: "one that is not terminating, even before a ready one",
    copies: [READY_ENDING, UNREADY],
    wins: 1,
  },
  { what: "a ready one", copies: [UNREADY, READY], wins: 1 },
  { what: "a ready one among terminating ones", copies: [ENDING, READY_ENDING], wins: 1 },
  { what: "the first of ready ones", copies: [READY, READY], wins: 0 },
  { what: "the first of unready ones", copies: [UNREADY, UNREADY], wins: 0 },
  { what: "the best of three", copies: [ENDING, READY, UNREADY], wins: 1 },
])("of copies of an endpoint, $what counts, in one slice or in several", ({ copies, wins }) => {
  const entries = copies.map((copy, i) => ({ addresses: ["10.0.0.1"], zone: `${i}`, ...copy }));
  const several = entries.map((entry, i) => slice(`s${i}`, "web", [entry]));
  for (const slices of [several, [...several].reverse(), [slice("s", "web", entries)]]) {
    const { endpoints } = entryOf(stateOf([service("web"), ...slices]), "web/TCP/IPv4");
    assert.deepEqual(endpoints.map(({ zone }) => zone), [`${wins}`]);
  }
});

Deno.test("endpoints are in the order of their text, as kube-proxy's are", () => {
  const addresses = ["10.0.0.2", "10.0.0.10", "10.0.0.1"];
  const ports = [{ name: "", port: 80 }, { name: "", port: 8080 }];
  const state = stateOf([service("web"), slice("s", "web", addresses, { ports })]);
  assert.deepEqual(
    entryOf(state, "web/TCP/IPv4").endpoints.map(({ ip, port }) => `${ip}:${port}`),
    [
      "10.0.0.10:80",
      "10.0.0.10:8080",
      "10.0.0.1:80",
      "10.0.0.1:8080",
      "10.0.0.2:80",
      "10.0.0.2:8080",
    ],
  );
});

Deno.test("a node that the API does not know has local endpoints all the same", () => {
  const local = { addresses: ["10.0.0.1"], nodeName: "n1" };
  const state = stateOf([service("web"), slice("s", "web", [local, "10.0.0.2"])]);
  const { endpoints } = entryOf(state, "web/TCP/IPv4");
  assert.deepEqual(endpoints.map((each) => each.local), [true, false]);
});
