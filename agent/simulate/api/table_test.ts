import assert from "node:assert/strict";
import { at, type JsonObject, listAt, textAt } from "./json.ts";
import { ENDPOINT_SLICES, NAMESPACES, NODES, type Resource, SERVICES } from "./resources.ts";
import { stored } from "./_testing.ts";
import { humanDuration, type IncludeObject, tableOf } from "./table.ts";

const S = 1000;
const [M, H, D] = [60 * S, 3600 * S, 86400 * S];

// the cases of k8s.io/apimachinery/pkg/util/duration
Deno.test.each<{ span: number; text: string }>([
  { span: 0, text: "0s" },
  { span: -1 * S, text: "0s" },
  { span: -2 * S, text: "<invalid>" },
  { span: 70 * S, text: "70s" },
  { span: 2 * M - 1, text: "119s" },
  { span: 190 * S, text: "3m10s" },
  { span: 3 * M, text: "3m" },
  { span: 70 * M, text: "70m" },
  { span: 47 * H, text: "47h" },
  { span: 49 * H, text: "2d1h" },
  { span: 3 * H + 5 * M, text: "3h5m" },
  { span: 9 * D, text: "9d" },
  { span: 800 * D, text: "2y70d" },
  { span: 10 * 365 * D, text: "10y" },
])("an age of $span ms is told as $text", ({ span, text }) => {
  assert.equal(humanDuration(span), text);
});

const NOW = Date.parse("2026-01-01T00:05:00Z");

function table(
  resource: Resource,
  object: JsonObject,
  include: IncludeObject = "None",
): JsonObject {
  const options = { version: "v1", include, headers: true, metadata: {}, now: NOW };
  return tableOf(resource, [stored(resource.kind, object)], options);
}

interface Row {
  readonly name: string;
  readonly resource: Resource;
  readonly object: JsonObject;
  readonly cells: readonly string[];
}

const PORTS = [{ port: 80, protocol: "TCP" }];

Deno.test.each<Row>([
  {
    name: "a ClusterIP Service",
    resource: SERVICES,
    object: {
      spec: {
        type: "ClusterIP",
        clusterIPs: ["10.0.0.1"],
        ports: PORTS,
        selector: { b: "2", a: "1" },
      },
    },
    cells: ["web", "ClusterIP", "10.0.0.1", "<none>", "80/TCP", "5m", "a=1,b=2"],
  },
  {
    name: "a NodePort Service with external IPs",
    resource: SERVICES,
    object: {
      spec: {
        type: "NodePort",
        clusterIPs: ["10.0.0.1"],
        externalIPs: ["192.0.2.1", "192.0.2.2"],
        ports: [{ port: 53, protocol: "UDP", nodePort: 30053 }, { port: 54, protocol: "TCP" }],
      },
    },
    cells: [
      "web",
      "NodePort",
      "10.0.0.1",
      "192.0.2.1,192.0.2.2",
      "53:30053/UDP,54/TCP",
      "5m",
      "<none>",
    ],
  },
  {
    name: "a load balancer that waits for its address",
    resource: SERVICES,
    object: { spec: { type: "LoadBalancer", clusterIPs: ["10.0.0.1"], ports: PORTS } },
    cells: ["web", "LoadBalancer", "10.0.0.1", "<pending>", "80/TCP", "5m", "<none>"],
  },
  {
    name: "a load balancer with an address and a name",
    resource: SERVICES,
    object: {
      spec: { type: "LoadBalancer", clusterIPs: ["10.0.0.1"], ports: PORTS },
      status: { loadBalancer: { ingress: [{ ip: "203.0.113.1" }, { hostname: "lb.example" }] } },
    },
    cells: ["web", "LoadBalancer", "10.0.0.1", "203.0.113.1,lb.example", "80/TCP", "5m", "<none>"],
  },
  {
    name: "an ExternalName Service",
    resource: SERVICES,
    object: { spec: { type: "ExternalName", externalName: "x.example" } },
    cells: ["web", "ExternalName", "<none>", "x.example", "<none>", "5m", "<none>"],
  },
  {
    name: "a Node",
    resource: NODES,
    object: {
      metadata: { labels: { "node-role.kubernetes.io/worker": "", "kubernetes.io/role": "edge" } },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: "Ready", status: "True" }],
        addresses: [{ type: "InternalIP", address: "10.0.0.9" }],
        nodeInfo: { kubeletVersion: "v1.32.0", osImage: "Windows Server 2022" },
      },
    },
    cells: [
      "web",
      "Ready,SchedulingDisabled",
      "edge,worker",
      "5m",
      "v1.32.0",
      "10.0.0.9",
      "<none>",
      "Windows Server 2022",
      "<unknown>",
      "<unknown>",
    ],
  },
  {
    name: "a Namespace",
    resource: NAMESPACES,
    object: { status: { phase: "Active" } },
    cells: ["web", "Active", "5m"],
  },
  {
    name: "an EndpointSlice",
    resource: ENDPOINT_SLICES,
    object: {
      addressType: "IPv4",
      ports: [{ port: 80 }, { name: "dns" }, {}],
      endpoints: [{ addresses: ["10.1.0.1"] }, { addresses: ["10.1.0.2"] }],
    },
    cells: ["web", "IPv4", "80,dns,*", "10.1.0.1,10.1.0.2", "5m"],
  },
  {
    name: "a long EndpointSlice without ports",
    resource: ENDPOINT_SLICES,
    object: {
      addressType: "IPv4",
      endpoints: ["1", "2", "3", "4", "5"].map((n) => ({ addresses: [`10.1.0.${n}`] })),
    },
    cells: ["web", "IPv4", "<unset>", "10.1.0.1,10.1.0.2,10.1.0.3 + 2 more...", "5m"],
  },
])("the row of $name", ({ resource, object, cells }) => {
  assert.deepEqual(at(listAt(table(resource, object), "rows")[0], "cells"), cells);
});

Deno.test("a Node is Unknown until it tells, and NotReady when it says no", () => {
  const status = (conditions: readonly JsonObject[]) =>
    listAt(listAt(table(NODES, { status: { conditions } }), "rows")[0], "cells")[1];
  assert.equal(status([]), "Unknown");
  assert.equal(status([{ type: "Ready", status: "False" }]), "NotReady");
});

Deno.test("a row carries nothing, the metadata or the object, as the client asks", () => {
  const carried = (include: IncludeObject) =>
    at(listAt(table(SERVICES, { spec: { type: "ClusterIP" } }, include), "rows")[0], "object");
  assert.equal(carried("None"), undefined);
  assert.equal(textAt(carried("Metadata"), "kind"), "PartialObjectMetadata");
  assert.equal(at(carried("Metadata"), "spec"), undefined);
  assert.equal(textAt(carried("Object"), "kind"), "Service");
});
