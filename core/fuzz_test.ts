/**
 * Arbitrary JSON in the place of any field: the readers never throw, no other object suffers, and
 * the view keeps its promises.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  entriesOf,
  type Json,
  list,
  type Path,
  replaced,
  RICH_NODE,
  RICH_SERVICE,
  RICH_SLICE,
  service,
  slice,
  stateOf,
  upsert,
} from "./_fixtures.ts";
import { CLUSTER_ENDPOINT_RULES, LOCAL_ENDPOINT_RULES } from "./endpoint_rules.ts";
import { explain } from "./explain.ts";
import { explanationText } from "./explain_text.ts";
import { parseCidr, parseIp } from "./ip.ts";
import { KINDS } from "./objects.ts";
import { type PipelineState, stepPipeline } from "./pipeline.ts";
import { readObject } from "./read.ts";
import { addressOf, frontendKey, type ServicePortView } from "./view.ts";
import { viewToJson } from "./view_json.ts";

Deno.test("no value whatever makes the reader throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (value) => {
      assert.match(readObject(value).outcome, /^(rejected|other-kind)$/);
    }),
    { numRuns: 300 },
  );
});

function pathsOf(value: unknown): readonly Path[] {
  const entries = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(typeof value === "object" && value !== null ? value : {});
  const below = entries.flatMap(([key, each]) => pathsOf(each).map((path) => [key, ...path]));
  return [[], ...below];
}

/** JSON, and above all the values at which a rule of some field turns. */
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, true, false, [], {}, "", [null], [{}], "\u0000", "__proto__"),
  fc.constantFrom(0, 1, -1, 0.5, 80, 65535, 65536, 86401, 1e21),
  fc.constantFrom(
    "10.0.0.300",
    "010.0.0.1",
    "::ffff:10.0.0.1",
    "2001:DB8::1",
    "fe80::1%eth0",
    "::",
  ),
  fc.constantFrom("0.0.0.0/0", "10.0.0.0/33", "::/0", "None", "Proxy", "VIP", "a/b", "a:b", ".."),
  fc.constantFrom("IPv4", "IPv6", "FQDN", "TCP", "UDP", "SCTP", "Local", "Cluster", "ClientIP"),
  fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "http", "dns", "web"),
  fc.constantFrom(["10.0.0.1", "10.0.0.1"], ["2001:db8::1"], [{ name: "a" }], [{ ip: "10.0.0.1" }]),
);

/** The object with one to three of its parts replaced. */
function mutated(object: Json): fc.Arbitrary<unknown> {
  const paths = pathsOf(object).filter((path) => path.length > 0);
  return fc
    .array(fc.tuple(fc.constantFrom(...paths), junk), { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce((value, [path, by]) => replaced(value, path, by), object as unknown)
    );
}

/** A Service of an age that no junk has, which shares no address with any junk. */
const BYSTANDER: readonly Json[] = [
  service("bystander", { clusterIP: "10.99.99.99" }, { creationTimestamp: "2020-01-01T00:00:00Z" }),
  slice("bystander-1", "bystander", ["10.244.99.1", "10.244.99.2"]),
];

const cluster = fc.record({
  service: fc.oneof(fc.constant(RICH_SERVICE), mutated(RICH_SERVICE)),
  slice: fc.oneof(fc.constant(RICH_SLICE), mutated(RICH_SLICE)),
  node: fc.oneof(fc.constant(RICH_NODE), mutated(RICH_NODE)),
}).map(({ service, slice, node }) => [service, slice, node, ...BYSTANDER]);

function readable(values: readonly unknown[]): readonly unknown[] {
  return values.filter((value) => readObject(value).outcome === "object");
}

Deno.test("each part of the rich objects is looked at by a reader, or known not to be", () => {
  const unread = [RICH_SERVICE, RICH_SLICE, RICH_NODE].flatMap((object) =>
    pathsOf(object).filter((path) => {
      const result = readObject(replaced(object, path, 0.5));
      return result.outcome === "object" && result.findings.length === 0;
    }).map((path) => path.join("."))
  );
  assert.deepEqual(unread, [
    "endpoints.0.targetRef.kind",
    "endpoints.1.targetRef.kind",
    "endpoints.1.targetRef.name",
    "spec.taints.0.effect",
  ]);
});

Deno.test("junk in any field: no other object suffers, the view keeps its promises, steps agree", () => {
  const valid = stateOf([RICH_SERVICE, RICH_SLICE, RICH_NODE, ...BYSTANDER]);
  const bystander = valid.view.services.get("default/bystander");
  assert.equal(bystander?.servicePorts[0]?.endpoints.length, 2);
  fc.assert(
    fc.property(cluster, (values) => {
      const objects = readable(values);
      const state = stateOf(objects);
      assert.deepEqual(brokenPromises(state), []);
      assert.deepEqual(state.view.services.get("default/bystander"), bystander);
      for (const name of state.view.services.keys()) {
        const explanation = explain(state, name);
        assert.ok(explanation !== null && explanationText(explanation).includes(name));
      }
      const json = viewToJson(state.view);
      assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
      // the same by steps, from the valid cluster: new objects, then the lists of what is left
      const events = [...objects.map(upsert), ...KINDS.map((kind) => list(kind, objects))];
      const stepped = stepPipeline(valid, events).state;
      assert.deepEqual([...stepped.view.services], [...state.view.services]);
    }),
    { numRuns: 300 },
  );
});

/** What of the view's promises does not hold; empty is right. */
function brokenPromises(state: PipelineState): readonly string[] {
  const broken: string[] = [];
  const owners = new Map<string, string>();
  const keys = new Set<string>();
  for (const { service, skipped, servicePorts } of state.view.services.values()) {
    if ((skipped === null) !== (servicePorts.length > 0)) {
      broken.push(`${service}: skipped or not?`);
    }
  }
  for (const entry of entriesOf(state)) {
    const check = (holds: boolean, promise: string) => {
      if (!holds) broken.push(`${entry.key}: ${promise}`);
    };
    check(!keys.has(entry.key), "key twice");
    keys.add(entry.key);
    check(entry.key === `${entry.name}/${entry.protocol}/${entry.family}`, "key");
    const exact = new Set(entry.frontends.map((each) => JSON.stringify(each)));
    check(exact.size === entry.frontends.length, "frontend twice");
    for (const frontend of entry.frontends) {
      const owner = owners.get(frontendKey(entry, frontend));
      check(owner === undefined || owner === entry.key, `frontend also of ${owner}`);
      owners.set(frontendKey(entry, frontend), entry.key);
      check(isPort(frontend.port), `frontend port ${frontend.port}`);
      if (frontend.kind !== "NodePort") {
        check(isIpOf(entry, frontend.ip), `frontend ${frontend.ip}`);
      }
    }
    for (const text of entry.sourceRanges) {
      const cidr = parseCidr(text);
      check(cidr?.text === text && cidr.family === entry.family, `range ${text}`);
    }
    const seconds = entry.sessionAffinity?.clientIP.timeoutSeconds ?? 1;
    check(Number.isInteger(seconds) && seconds >= 1 && seconds <= 86400, `affinity ${seconds}`);
    check(entry.healthCheckNodePort === 0 || isPort(entry.healthCheckNodePort), "health port");
    checkEndpoints(entry, check);
  }
  return broken;
}

function checkEndpoints(
  { endpoints, ...entry }: ServicePortView,
  check: (holds: boolean, promise: string) => void,
): void {
  const texts = endpoints.map(({ ip, port }) => addressOf(ip, port));
  check(JSON.stringify(texts) === JSON.stringify([...new Set(texts)].sort()), "order of endpoints");
  for (const each of endpoints) {
    check(isPort(each.port), `endpoint port ${each.port}`);
    check(isIpOf({ family: entry.family }, each.ip), `endpoint ${each.ip}`);
    check(!each.inLocal || each.local, "in the local set and not local");
    for (const side of ["internal", "external"] as const) {
      const local = entry[`${side}TrafficPolicy`] === "Local";
      const table = local ? LOCAL_ENDPOINT_RULES : CLUSTER_ENDPOINT_RULES;
      const rule = table.find(({ name }) => name === each.rules[side]);
      check(rule?.then === each[side], `${side} rule ${each.rules[side]}`);
      check(each[side] === (local ? each.inLocal : each.inCluster), `${side} and the sets`);
    }
  }
  check(entry.hasAnyEndpoints || !endpoints.some((e) => e.inCluster || e.inLocal), "hasAny");
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

function isIpOf({ family }: Pick<ServicePortView, "family">, text: string): boolean {
  const ip = parseIp(text);
  return ip?.text === text && ip.family === family;
}
