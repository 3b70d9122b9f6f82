/**
 * The conformance vectors: what kube-proxy makes of Services, slices and Nodes, written down
 * independently of this project, against `view -o json`.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type ClusterEvent,
  type KubeObject,
  readObject,
  type ServicePortJson,
  startPipeline,
  stepPipeline,
  type ViewJson,
  viewToJson,
} from "../core/mod.ts";

interface TopologyVector {
  readonly name: string;
  readonly node: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly service: unknown;
  readonly endpointSlices: readonly unknown[];
  readonly expect: Pick<
    ServicePortJson,
    "clusterEndpoints" | "localEndpoints" | "allEndpoints" | "hasAnyEndpoints"
  >;
}

interface ServicePortVector {
  readonly name: string;
  readonly kubernetes: readonly unknown[];
  readonly expect: { readonly servicePorts: readonly { readonly name: string }[] };
}

async function vectors<T>(name: string): Promise<readonly T[]> {
  const url = new URL(`./vectors/${name}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url)) as readonly T[]; // our own file, typed above
}

function viewOf(node: string, objects: readonly unknown[]): ViewJson {
  const read: KubeObject[] = [];
  for (const object of objects) {
    const result = readObject(object);
    if (result.outcome === "object") read.push(result.object);
    else assert.equal(result.outcome, "other-kind", JSON.stringify(result));
  }
  const events: readonly ClusterEvent[] = (["Service", "EndpointSlice", "Node"] as const).map(
    (kind) => ({
      type: "list",
      kind,
      objects: read.filter((object) => object.kind === kind),
      unreadable: [],
    }),
  );
  return viewToJson(stepPipeline(startPipeline(node), events).state.view);
}

/** A service port in the form that the vectors use. */
function asVector(entry: ServicePortJson) {
  const ips = (kind: string) =>
    entry.frontends.flatMap((each) => each.kind === kind && "ip" in each ? [each.ip] : []);
  const port = (kind: string) => entry.frontends.find((each) => each.kind === kind)?.port ?? 0;
  return {
    name: entry.name,
    protocol: entry.protocol,
    clusterIP: ips("ClusterIP")[0],
    port: port("ClusterIP"),
    nodePort: port("NodePort"),
    externalIPs: ips("ExternalIP"),
    loadBalancerVIPs: ips("LoadBalancer"),
    sourceRanges: entry.sourceRanges,
    sessionAffinity: entry.sessionAffinity === null ? "None" : "ClientIP",
    stickySeconds: entry.sessionAffinity?.clientIP.timeoutSeconds ?? 0,
    externalPolicyLocal: entry.externalTrafficPolicy === "Local",
    internalPolicyLocal: entry.internalTrafficPolicy === "Local",
    healthCheckNodePort: entry.healthCheckNodePort,
  };
}

function sorted<T>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

for (const vector of await vectors<TopologyVector>("topology")) {
  Deno.test(`topology vector: ${vector.name}`, () => {
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: vector.node.name, labels: vector.node.labels },
    };
    const view = viewOf(vector.node.name, [node, vector.service, ...vector.endpointSlices]);
    assert.equal(view.servicePorts.length, 1);
    const [entry] = view.servicePorts;
    assert.deepEqual({
      clusterEndpoints: entry?.clusterEndpoints,
      localEndpoints: entry?.localEndpoints,
      allEndpoints: entry?.allEndpoints,
      hasAnyEndpoints: entry?.hasAnyEndpoints,
    }, vector.expect);
  });
}

for (const vector of await vectors<ServicePortVector>("serviceports")) {
  Deno.test(`service port vector: ${vector.name}`, () => {
    const view = viewOf("n1", vector.kubernetes);
    assert.deepEqual(
      sorted(view.servicePorts.map(asVector)),
      sorted(vector.expect.servicePorts),
    );
  });
}
