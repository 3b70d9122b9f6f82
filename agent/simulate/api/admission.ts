/**
 * What becomes of an object between the client and the store: defaults, checks, and for Services
 * the addresses and ports that the cluster gives. One rule for each kind, in one table.
 *
 * @module
 */
import { parseIp } from "../../../core/mod.ts";
import {
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  textAt,
  textsAt,
  withField,
} from "./json.ts";
import { keyText, type ObjectKey } from "./resources.ts";
import { eventFaults } from "./event_validation.ts";
import type { ServiceAllocator } from "./service_allocator.ts";
import {
  carriedOver,
  usesHealthCheckPort,
  usesNodePorts,
  withServiceDefaults,
} from "./service_defaults.ts";
import { bad, required, serviceFaults } from "./service_validation.ts";
import type { Cause } from "./status.ts";

/** An object as it is to be stored, and what speaks against it. */
export interface Admission {
  /** The object with everything that the API adds. */
  readonly object: JsonObject;
  /** Why it is refused; empty if it is not. */
  readonly faults: readonly Cause[];
}

/** What an object meets on its way in. */
export interface Arrival {
  /** Its key. */
  readonly key: ObjectKey;
  /** What it replaces, `null` if it is new. */
  readonly old: JsonObject | null;
}

/** Admits an object of one kind. Pure but for what it asks the allocator. */
export type Admit = (object: JsonObject, arrival: Arrival) => Admission;

/** How objects of each resource are admitted, by plural name. */
export function admissions(allocator: ServiceAllocator): Readonly<Record<string, Admit>> {
  return {
    services: (object, arrival) => admitService(object, arrival, allocator),
    endpointslices: admitEndpointSlice,
    namespaces: (object, { key }) => ({ object: withNamespaceDefaults(object, key), faults: [] }),
    nodes: (object) => ({ object, faults: [] }),
    pods: (object) => ({
      object: { ...object, status: { phase: "Pending", ...objectAt(object, "status") } },
      faults: [],
    }),
    events: (object) => ({ object, faults: eventFaults(object) }),
  };
}

function admitService(
  object: JsonObject,
  { key, old }: Arrival,
  allocator: ServiceAllocator,
): Admission {
  const given = objectAt(object, "spec");
  const oldSpec = old === null ? null : objectAt(old, "spec");
  const spec = withServiceDefaults(oldSpec === null ? given : carriedOver(given, oldSpec));
  const faults = serviceFaults(spec, oldSpec);
  if (faults.length > 0) return { object, faults };
  const taken = takenFaults(spec, keyText(key), allocator);
  if (taken.length > 0) return { object, faults: taken };
  const allocated = allocate(spec, allocator);
  const status = objectAt(object, "status");
  const loadBalancer = textAt(spec, "type") === "LoadBalancer" ? withIpModes(status) : {};
  return {
    object: { ...object, spec: allocated.spec, status: { ...status, loadBalancer } },
    faults: allocated.faults,
  };
}

function takenFaults(
  spec: JsonObject,
  owner: string,
  allocator: ServiceAllocator,
): readonly Cause[] {
  const isTaken = (by: string | undefined) => by !== undefined && by !== owner;
  const right = "provided port is already allocated";
  const ips = textsAt(spec, "clusterIPs");
  return [
    ...ips.filter((ip) => isTaken(allocator.ownerOfIp(ip))).map((ip) =>
      bad("spec.clusterIPs", ips, {
        right: `failed to allocate IP ${ip}: provided IP is already allocated`,
      })
    ),
    ...listAt(spec, "ports").flatMap((port, i) => {
      const nodePort = numberAt(port, "nodePort");
      if (!isTaken(allocator.ownerOfPort(nodePort))) return [];
      return [bad(`spec.ports[${i}].nodePort`, nodePort, { right })];
    }),
  ];
}

/** Gives a Service the cluster IP and the node ports that it lacks. */
function allocate(
  given: JsonObject,
  allocator: ServiceAllocator,
): { readonly spec: JsonObject; readonly faults: readonly Cause[] } {
  let spec = given;
  const faults: Cause[] = [];
  if (textAt(spec, "type") !== "ExternalName" && textAt(spec, "clusterIP") === "") {
    const ip = allocator.freeIp();
    if (ip === null) faults.push(full("spec.clusterIPs", "IP"));
    else spec = withServiceDefaults({ ...spec, clusterIP: ip });
  }
  const used = new Set(listAt(spec, "ports").map((port) => numberAt(port, "nodePort")));
  const next = (field: string): number => {
    const port = allocator.freePort(used);
    if (port === null) faults.push(full(field, "port"));
    used.add(port ?? 0);
    return port ?? 0;
  };
  if (usesNodePorts(spec)) {
    const ports = listAt(spec, "ports").map((port, i): Json => {
      if (!isObject(port) || numberAt(port, "nodePort") !== 0) return port;
      return { ...port, nodePort: next(`spec.ports[${i}].nodePort`) };
    });
    spec = { ...spec, ports };
  }
  if (usesHealthCheckPort(spec) && numberAt(spec, "healthCheckNodePort") === 0) {
    spec = { ...spec, healthCheckNodePort: next("spec.healthCheckNodePort") };
  }
  return { spec, faults };
}

function full(field: string, what: string): Cause {
  return bad(field, null, { right: `failed to allocate ${what}: the range is full` });
}

/** The load balancer's part of a status; `ipMode` is VIP where an ingress does not say. */
function withIpModes(status: JsonObject): JsonObject {
  const loadBalancer = objectAt(status, "loadBalancer");
  const ingress = listAt(loadBalancer, "ingress");
  if (ingress.length === 0) return loadBalancer;
  const filled = ingress.map((entry): Json =>
    isObject(entry) && textAt(entry, "ip") !== "" ? { ipMode: "VIP", ...entry } : entry
  );
  return { ...loadBalancer, ingress: filled };
}

const ADDRESS_TYPES = ["IPv4", "IPv6", "FQDN"];

function admitEndpointSlice(given: JsonObject, { old }: Arrival): Admission {
  const ports = listAt(given, "ports").map((port): Json =>
    isObject(port) ? { name: "", protocol: "TCP", ...port } : port
  );
  const endpoints = listAt(given, "endpoints");
  const object = { ...given, endpoints, ports };
  const type = textAt(object, "addressType");
  const faults: Cause[] = [];
  if (type === "") faults.push(required("addressType"));
  else if (!ADDRESS_TYPES.includes(type)) {
    const message = `Unsupported value: "${type}": supported values: "IPv4", "IPv6", "FQDN"`;
    faults.push({ reason: "FieldValueNotSupported", message, field: "addressType" });
  } else if (old !== null && textAt(old, "addressType") !== type) {
    faults.push(bad("addressType", type, { right: "field is immutable" }));
  } else if (type !== "FQDN") {
    endpoints.forEach((endpoint, i) => faults.push(...addressFaults(endpoint, i, type)));
  }
  return { object, faults };
}

function addressFaults(endpoint: Json, i: number, type: string): readonly Cause[] {
  const addresses = textsAt(endpoint, "addresses");
  if (addresses.length === 0) return [required(`endpoints[${i}].addresses`)];
  return addresses.flatMap((address, j) => {
    if (parseIp(address)?.family === type) return [];
    const right = `must be a valid ${type} address`;
    return [bad(`endpoints[${i}].addresses[${j}]`, address, { right })];
  });
}

function withNamespaceDefaults(given: JsonObject, { name }: ObjectKey): JsonObject {
  const labels = { ...objectAt(given, "metadata", "labels"), "kubernetes.io/metadata.name": name };
  return {
    ...withField(given, ["metadata", "labels"], labels),
    spec: { finalizers: ["kubernetes"], ...objectAt(given, "spec") },
    status: { phase: "Active", ...objectAt(given, "status") },
  };
}
