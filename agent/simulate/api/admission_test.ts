import assert from "node:assert/strict";
import { admissions } from "./admission.ts";
import { at, type Json, type JsonObject, listAt, textAt } from "./json.ts";
import { Registry } from "./registry.ts";
import { ENDPOINT_SLICES, NAMESPACES, SERVICES, type StoredObject } from "./resources.ts";
import { ServiceAllocator } from "./service_allocator.ts";
import { ApiError } from "./status.ts";
import { VersionedStore } from "./store.ts";
import { NOW, service } from "./_testing.ts";

function registryOf(
  { serviceCidr = "10.96.0.0/24", last = 30009 }: { serviceCidr?: string; last?: number } = {},
): Registry {
  const store = new VersionedStore(100);
  const allocator = new ServiceAllocator({ serviceCidr, nodePorts: { first: 30000, last } });
  store.listen((resource, change) => {
    if (resource === SERVICES) allocator.observe(change);
  });
  const registry = new Registry(store, { now: () => NOW, admissions: admissions(allocator) });
  registry.create(NAMESPACES, { metadata: { name: "default" } });
  return registry;
}

const WEB = { namespace: "default", name: "web" };

function created(spec: JsonObject): StoredObject {
  return registryOf().create(SERVICES, service("web", { spec }));
}

interface Default {
  readonly name: string;
  readonly spec: JsonObject;
  readonly path: readonly string[];
  readonly is: Json | undefined;
}

Deno.test.each<Default>([
  { name: "the type is ClusterIP", spec: {}, path: ["type"], is: "ClusterIP" },
  { name: "there is no affinity", spec: {}, path: ["sessionAffinity"], is: "None" },
  {
    name: "ClientIP affinity lasts three hours",
    spec: { sessionAffinity: "ClientIP" },
    path: ["sessionAffinityConfig"],
    is: { clientIP: { timeoutSeconds: 10800 } },
  },
  {
    name: "a port is TCP and its own target",
    spec: { ports: [{ port: 80 }] },
    path: ["ports"],
    is: [{ protocol: "TCP", port: 80, targetPort: 80 }],
  },
  {
    name: "internal traffic goes anywhere",
    spec: {},
    path: ["internalTrafficPolicy"],
    is: "Cluster",
  },
  {
    name: "an ExternalName has no internal traffic policy",
    spec: { type: "ExternalName", externalName: "x.example" },
    path: ["internalTrafficPolicy"],
    is: undefined,
  },
  {
    name: "an ExternalName gets no address",
    spec: { type: "ExternalName", externalName: "x.example" },
    path: ["clusterIP"],
    is: undefined,
  },
  {
    name: "a ClusterIP has no external traffic policy",
    spec: {},
    path: ["externalTrafficPolicy"],
    is: undefined,
  },
  {
    name: "a ClusterIP with external IPs has one",
    spec: { externalIPs: ["192.0.2.1"] },
    path: ["externalTrafficPolicy"],
    is: "Cluster",
  },
  {
    name: "a NodePort has one",
    spec: { type: "NodePort" },
    path: ["externalTrafficPolicy"],
    is: "Cluster",
  },
  {
    name: "a load balancer gets node ports",
    spec: { type: "LoadBalancer" },
    path: ["allocateLoadBalancerNodePorts"],
    is: true,
  },
  {
    name: "families follow from the addresses",
    spec: { clusterIP: "10.96.0.9", clusterIPs: ["10.96.0.9", "fd00::9"] },
    path: ["ipFamilies"],
    is: ["IPv4", "IPv6"],
  },
  {
    name: "two addresses are dual-stack",
    spec: { clusterIPs: ["10.96.0.9", "fd00::9"] },
    path: ["ipFamilyPolicy"],
    is: "RequireDualStack",
  },
  {
    name: "clusterIP repeats the first of clusterIPs",
    spec: { clusterIPs: ["10.96.0.9"] },
    path: ["clusterIP"],
    is: "10.96.0.9",
  },
  {
    name: "clusterIPs repeats clusterIP",
    spec: { clusterIP: "None" },
    path: ["clusterIPs"],
    is: ["None"],
  },
  {
    name: "the first free address is given",
    spec: {},
    path: ["clusterIPs"],
    is: ["10.96.0.1"],
  },
  {
    name: "a local load balancer gets a health check port beside its node port",
    spec: { type: "LoadBalancer", externalTrafficPolicy: "Local" },
    path: ["healthCheckNodePort"],
    is: 30001,
  },
])("Service defaults: $name", ({ spec, path, is }) => {
  assert.deepEqual(at(created(spec), "spec", ...path), is);
});

interface Fault {
  readonly name: string;
  readonly spec: JsonObject;
  readonly says: string;
}

Deno.test.each<Fault>([
  { name: "no ports", spec: { ports: [] }, says: "spec.ports: Required value" },
  {
    name: "a port out of range",
    spec: { ports: [{ port: 70000, targetPort: 80 }] },
    says: "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
  },
  {
    name: "a port as text",
    spec: { ports: [{ port: "80", targetPort: 80 }] },
    says: 'spec.ports[0].port: Invalid value: "80"',
  },
  {
    name: "a target port out of range",
    spec: { ports: [{ port: 80, targetPort: 0 }] },
    says: "spec.ports[0].targetPort: Invalid value: 0",
  },
  {
    name: "two ports without names",
    spec: { ports: [{ port: 80 }, { port: 81 }] },
    says: "[spec.ports[0].name: Required value, spec.ports[1].name: Required value]",
  },
  {
    name: "two ports with one name",
    spec: { ports: [{ name: "a", port: 80 }, { name: "a", port: 81 }] },
    says: 'spec.ports[1].name: Duplicate value: "a"',
  },
  {
    name: "one port twice",
    spec: { ports: [{ name: "a", port: 80 }, { name: "b", port: 80 }] },
    says: "spec.ports[1]: Duplicate value",
  },
  {
    name: "an unknown protocol",
    spec: { ports: [{ port: 80, protocol: "ICMP" }] },
    says: 'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP"',
  },
  {
    name: "an unknown type",
    spec: { type: "Magic" },
    says: 'spec.type: Unsupported value: "Magic"',
  },
  {
    name: "a node port on a ClusterIP",
    spec: { ports: [{ port: 80, nodePort: 30000 }] },
    says: "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  },
  {
    name: "an external policy on a ClusterIP",
    spec: { externalTrafficPolicy: "Local" },
    says: "may only be set for externally-accessible services",
  },
  {
    name: "an address that is none",
    spec: { clusterIP: "10.0.0.300" },
    says: 'spec.clusterIPs[0]: Invalid value: "10.0.0.300": must be a valid IP address',
  },
  {
    name: "an external address that is none",
    spec: { externalIPs: ["x"] },
    says: 'spec.externalIPs[0]: Invalid value: "x"',
  },
  {
    name: "two addresses that disagree",
    spec: { clusterIP: "10.96.0.8", clusterIPs: ["10.96.0.9"] },
    says: "first value must match `clusterIP`",
  },
  {
    name: "an ExternalName without a name",
    spec: { type: "ExternalName" },
    says: "spec.externalName: Required value",
  },
  {
    name: "dual stack in a single-stack cluster",
    spec: { ipFamilyPolicy: "RequireDualStack" },
    says: "this cluster is not configured for dual-stack services",
  },
  {
    name: "affinity for no time",
    spec: {
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } },
    },
    says: "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0",
  },
])("Service refused: $name", ({ spec, says }) => {
  assert.throws(() => created(spec), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 422);
    assert.ok(error.message.startsWith('Service "web" is invalid: '), error.message);
    assert.ok(error.message.includes(says), error.message);
    return true;
  });
});

Deno.test("addresses and node ports are given once, and are free again after a deletion", () => {
  const registry = registryOf();
  const spec = { type: "NodePort" };
  const first = registry.create(SERVICES, service("a", { spec }));
  const second = registry.create(SERVICES, service("b", { spec }));
  assert.deepEqual([first, second].map((one) => textAt(one, "spec", "clusterIP")), [
    "10.96.0.1",
    "10.96.0.2",
  ]);
  assert.deepEqual([first, second].map((one) => at(listAt(one, "spec", "ports")[0], "nodePort")), [
    30000,
    30001,
  ]);
  const wanted = {
    type: "NodePort",
    clusterIP: "10.96.0.1",
    ports: [{ port: 1, nodePort: 30000 }],
  };
  assert.throws(() => registry.create(SERVICES, service("c", { spec: wanted })), {
    name: "ApiError",
    message:
      /10.96.0.1: provided IP is already allocated.*30000: provided port is already allocated/,
  });
  registry.delete(SERVICES, { namespace: "default", name: "a" });
  registry.create(SERVICES, service("c", { spec: wanted }));
});

Deno.test("a full range of addresses or ports is told, and a dry run holds nothing", () => {
  const registry = registryOf({ serviceCidr: "10.96.0.0/30", last: 30000 });
  const nodePort = service("a", { spec: { type: "NodePort" } });
  for (let i = 0; i < 3; i++) registry.create(SERVICES, nodePort, { dryRun: true });
  registry.create(SERVICES, nodePort);
  assert.throws(() => registry.create(SERVICES, service("b", { spec: { type: "NodePort" } })), {
    message: /spec.ports\[0\].nodePort: .*failed to allocate port: the range is full/,
  });
  registry.create(SERVICES, service("b"));
  assert.throws(() => registry.create(SERVICES, service("c")), {
    message: /spec.clusterIPs: .*failed to allocate IP: the range is full/,
  });
});

Deno.test.each<{ serviceCidr: string }>([
  { serviceCidr: "10.96.0.0" },
  { serviceCidr: "fd00::/108" },
  { serviceCidr: "10.96.0.0/31" },
])("cluster IPs cannot come from $serviceCidr", ({ serviceCidr }) => {
  assert.throws(() => registryOf({ serviceCidr }), { name: "RangeError", message: /IPv4 range/ });
});

Deno.test("an update that leaves the address and the node port out keeps them", () => {
  const registry = registryOf();
  registry.create(SERVICES, service("web", { spec: { type: "NodePort" } }));
  const spec = { type: "NodePort", ports: [{ port: 80, targetPort: 8080 }] };
  const updated = registry.update(SERVICES, WEB, service("web", { spec }));
  assert.equal(textAt(updated, "spec", "clusterIP"), "10.96.0.1");
  assert.deepEqual(listAt(updated, "spec", "ports"), [
    { protocol: "TCP", port: 80, targetPort: 8080, nodePort: 30000 },
  ]);
});

Deno.test("an update cannot change the address", () => {
  const registry = registryOf();
  registry.create(SERVICES, service("web"));
  const other = service("web", { spec: { clusterIP: "10.96.0.77" } });
  assert.throws(() => registry.update(SERVICES, WEB, other), {
    message: /may not change once set/,
  });
});

Deno.test("a change of type takes what only the old type had, if the client just left it", () => {
  const registry = registryOf();
  const spec = { type: "LoadBalancer", externalTrafficPolicy: "Local" };
  const before = registry.create(SERVICES, service("web", { spec }));
  const after = registry.patch(SERVICES, WEB, (current) => ({
    ...current,
    spec: { ...(at(current, "spec") as JsonObject), type: "ClusterIP" },
  }));
  assert.equal(at(before, "spec", "healthCheckNodePort"), 30001);
  for (const field of ["healthCheckNodePort", "externalTrafficPolicy"]) {
    assert.equal(at(after, "spec", field), undefined, field);
  }
  assert.equal(at(listAt(after, "spec", "ports")[0], "nodePort"), undefined);
  assert.equal(textAt(after, "spec", "clusterIP"), "10.96.0.1");
});

Deno.test("a load balancer's status gets its ipMode, and goes with the type", () => {
  const registry = registryOf();
  registry.create(SERVICES, service("web", { spec: { type: "LoadBalancer" } }));
  const status = { loadBalancer: { ingress: [{ ip: "203.0.113.1" }, { hostname: "x.example" }] } };
  const balanced = registry.update(SERVICES, WEB, { status }, { status: true });
  assert.deepEqual(at(balanced, "status"), {
    loadBalancer: { ingress: [{ ipMode: "VIP", ip: "203.0.113.1" }, { hostname: "x.example" }] },
  });
  const plain = registry.update(SERVICES, WEB, service("web"));
  assert.deepEqual(at(plain, "status"), { loadBalancer: {} });
});

const SLICE = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "web-1" },
  addressType: "IPv4",
};

Deno.test("an EndpointSlice gets its port defaults; a port without a number keeps none", () => {
  const slice = registryOf().create(ENDPOINT_SLICES, { ...SLICE, ports: [{}, { port: 80 }] });
  assert.deepEqual(at(slice, "ports"), [
    { name: "", protocol: "TCP" },
    { name: "", protocol: "TCP", port: 80 },
  ]);
  assert.deepEqual(at(slice, "endpoints"), []);
});

Deno.test.each<{ name: string; fields: JsonObject; says: RegExp }>([
  { name: "no address type", fields: { addressType: null }, says: /addressType: Required value/ },
  {
    name: "an unknown address type",
    fields: { addressType: "IPv5" },
    says: /addressType: Unsupported value: "IPv5"/,
  },
  {
    name: "an address of the other family",
    fields: { endpoints: [{ addresses: ["fd00::1"] }] },
    says: /endpoints\[0\].addresses\[0\]: Invalid value: "fd00::1": must be a valid IPv4 address/,
  },
  {
    name: "an endpoint without addresses",
    fields: { endpoints: [{}] },
    says: /endpoints\[0\].addresses: Required value/,
  },
])("EndpointSlice refused: $name", ({ fields, says }) => {
  const registry = registryOf();
  const create = () => registry.create(ENDPOINT_SLICES, { ...SLICE, ...fields });
  assert.throws(create, { name: "ApiError", message: says });
});

Deno.test("an EndpointSlice cannot change its address type", () => {
  const registry = registryOf();
  registry.create(ENDPOINT_SLICES, SLICE);
  const key = { namespace: "default", name: "web-1" };
  const update = () => registry.update(ENDPOINT_SLICES, key, { ...SLICE, addressType: "IPv6" });
  assert.throws(update, { message: /addressType: Invalid value: "IPv6": field is immutable/ });
});
