/**
 * The endpoints of a KPNG service, turned into EndpointSlices.
 *
 * @module
 */
import type { Json } from "../json.ts";
import { addresses, isGiven, namespaceOf, protocolName, type Shape } from "./_kpng_shape.ts";

/** A Kubernetes object made from a part of a KPNG state file. */
export interface KpngItem {
  /** The part that it was made from: `services[0].endpoints`. */
  readonly from: string;
  /** The object, as kubectl would print it. */
  readonly value: unknown;
}

/** One EndpointSlice for each family and set of ports among the endpoints of a service. */
export function sliceObjects(
  info: Json,
  service: Json,
  ports: readonly Json[],
  shape: Shape,
  path: string,
): KpngItem[] {
  const groups = new Map<string, { family: string; ports: unknown; endpoints: unknown[] }>();
  shape.list(info, "endpoints", path).forEach((entry, index) => {
    const from = `${path}.endpoints[${index}]`;
    const endpointInfo = shape.object(entry, from);
    const endpoint = shape.object(endpointInfo["endpoint"], `${from}.endpoint`);
    const overrides = shape.list(endpoint, "portoverrides", `${from}.endpoint`)
      .map((override, at) => shape.object(override, `${from}.endpoint.portoverrides[${at}]`));
    const slicePorts = ports.map((port) => ({
      name: port["name"],
      protocol: protocolName(port["protocol"]),
      port: endpointPort(port, overrides),
    }));
    for (const { ip, family } of addresses(endpoint["ips"], shape, `${from}.endpoint.ips`)) {
      const key = JSON.stringify([family, slicePorts]);
      const group = groups.get(key) ?? { family, ports: slicePorts, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(sliceEndpoint(ip, endpoint, endpointInfo, shape, from));
    }
  });
  return [...groups.values()].map((group, index) => ({
    from: `${path}.endpoints`,
    value: {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: `${nameOf(service)}-kpng-${index}`,
        namespace: namespaceOf(service),
        labels: { "kubernetes.io/service-name": service["name"] },
      },
      addressType: group.family,
      ports: group.ports,
      endpoints: group.endpoints,
    },
  }));
}

/** The service's name; what is no text is refused where the Service itself is read. */
function nameOf({ name }: Json): string {
  return typeof name === "string" ? name : "unnamed";
}

/**
 * The number behind a service port: the override with the port's name, else the one with the target
 * port's name, else the target port (KPNG itself asks only for one name and misses half the cases).
 */
function endpointPort(port: Json, overrides: readonly Json[]): unknown {
  const name = port["name"] ?? "";
  const override = overrides.find((each) => (each["name"] ?? "") === name) ??
    overrides.find((each) => isGiven(each["name"]) && each["name"] === port["targetportname"]);
  const number = override === undefined ? port["targetport"] : override["port"];
  return isGiven(number) ? number : undefined;
}

function sliceEndpoint(
  address: unknown,
  endpoint: Json,
  info: Json,
  shape: Shape,
  path: string,
): unknown {
  const topology = shape.object(info["topology"], `${path}.topology`);
  const hints = shape.object(info["hints"], `${path}.hints`);
  const conditions = shape.object(info["conditions"], `${path}.conditions`);
  return {
    addresses: [address],
    // A message that is there but says nothing is `ready: false` in protobuf; none at all is ready.
    conditions: { ready: isGiven(info["conditions"]) ? conditions["ready"] === true : true },
    nodeName: topology["node"],
    zone: topology["zone"],
    hostname: endpoint["hostname"],
    hints: { forZones: shape.list(hints, "zones", `${path}.hints`).map((name) => ({ name })) },
    targetRef: isGiven(info["podname"]) ? { kind: "Pod", name: info["podname"] } : undefined,
  };
}
