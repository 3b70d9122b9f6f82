/**
 * Whether a Service, with its defaults, is one that a real API server would take. Pure; the checks
 * are those of `pkg/apis/core/validation` that bear on how a Service is proxied.
 *
 * @module
 */
import { parseIp, PROTOCOLS, SERVICE_TYPES } from "../../../core/mod.ts";
import { equal, type Json, type JsonObject, listAt, objectAt, textAt, textsAt } from "./json.ts";
import { isExternal, usesNodePorts } from "./service_defaults.ts";
import type { Cause } from "./status.ts";

const POLICIES = ["Cluster", "Local"];
const AFFINITIES = ["ClientIP", "None"];
const FAMILIES = ["IPv4", "IPv6"];

/** Everything that is wrong with the spec of a Service; `old` is the spec that it replaces. */
export function serviceFaults(spec: JsonObject, old: JsonObject | null): readonly Cause[] {
  return [
    ...oneOf(spec, "type", SERVICE_TYPES),
    ...oneOf(spec, "sessionAffinity", AFFINITIES),
    ...oneOf(spec, "internalTrafficPolicy", POLICIES),
    ...oneOf(spec, "externalTrafficPolicy", POLICIES),
    ...textsAt(spec, "ipFamilies").flatMap((family, i) =>
      supported(`spec.ipFamilies[${i}]`, family, FAMILIES)
    ),
    ...policyFaults(spec),
    ...affinityFaults(spec),
    ...ipFaults(spec, old),
    ...portsFaults(spec),
  ];
}

function policyFaults(spec: JsonObject): readonly Cause[] {
  if (textAt(spec, "externalTrafficPolicy") === "" || isExternal(spec)) return [];
  return [
    bad("spec.externalTrafficPolicy", spec["externalTrafficPolicy"] ?? null, {
      right: "may only be set for externally-accessible services",
    }),
  ];
}

function affinityFaults(spec: JsonObject): readonly Cause[] {
  const field = "spec.sessionAffinityConfig.clientIP.timeoutSeconds";
  const seconds = objectAt(spec, "sessionAffinityConfig", "clientIP")["timeoutSeconds"];
  if (textAt(spec, "sessionAffinity") !== "ClientIP" || isWhole(seconds, 1, 86400)) return [];
  return [bad(field, seconds ?? null, { right: "must be greater than 0 and less than 86400" })];
}

function ipFaults(spec: JsonObject, old: JsonObject | null): readonly Cause[] {
  const ips = textsAt(spec, "clusterIPs");
  if (textAt(spec, "type") === "ExternalName") {
    if (textAt(spec, "externalName") === "") return [required("spec.externalName")];
    return ips.length === 0 ? [] : [forbidden("spec.clusterIPs", "ExternalName")];
  }
  const faults: Cause[] = [];
  ips.forEach((ip, i) => {
    if (ip === "None" ? ips.length > 1 : parseIp(ip) === null) {
      faults.push(bad(`spec.clusterIPs[${i}]`, ip, { right: "must be a valid IP address" }));
    }
  });
  if (ips.length > 0 && ips[0] !== textAt(spec, "clusterIP")) {
    faults.push(
      bad("spec.clusterIPs", ips, { right: "first value must match `clusterIP`" }),
    );
  }
  if (ips.length === 0 && textAt(spec, "ipFamilyPolicy") === "RequireDualStack") {
    const right = "this cluster is not configured for dual-stack services";
    faults.push(bad("spec.ipFamilyPolicy", "RequireDualStack", { right }));
  }
  const before = textAt(old ?? {}, "clusterIP");
  if (before !== "" && ips.length > 0 && ips[0] !== before) {
    faults.push(bad("spec.clusterIPs[0]", ips, { right: "may not change once set" }));
  }
  textsAt(spec, "externalIPs").forEach((ip, i) => {
    if (parseIp(ip) !== null) return;
    faults.push(bad(`spec.externalIPs[${i}]`, ip, { right: "must be a valid IP address" }));
  });
  return faults;
}

function portsFaults(spec: JsonObject): readonly Cause[] {
  const ports = listAt(spec, "ports");
  const mayHaveNone = textAt(spec, "clusterIP") === "None" ||
    textAt(spec, "type") === "ExternalName";
  if (ports.length === 0) return mayHaveNone ? [] : [required("spec.ports")];
  return ports.flatMap((port, i) => [
    ...portFaults(port, { spec, field: `spec.ports[${i}]`, named: ports.length > 1 }),
    ...duplicateFaults(ports, i),
  ]);
}

interface PortPlace {
  readonly spec: JsonObject;
  readonly field: string;
  readonly named: boolean;
}

function portFaults(port: Json, { spec, field, named }: PortPlace): readonly Cause[] {
  const { port: number, targetPort, nodePort } = objectAt(port);
  const faults: Cause[] = [...supported(`${field}.protocol`, textAt(port, "protocol"), PROTOCOLS)];
  if (named && textAt(port, "name") === "") faults.push(required(`${field}.name`));
  if (!isWhole(number, 1, 65535)) faults.push(bad(`${field}.port`, number ?? null, PORT_RANGE));
  const isName = typeof targetPort === "string" && targetPort !== "";
  if (!isName && !isWhole(targetPort, 1, 65535)) {
    faults.push(bad(`${field}.targetPort`, targetPort ?? null, PORT_RANGE));
  }
  if (nodePort === undefined) return faults;
  if (!usesNodePorts(spec) && textAt(spec, "type") !== "LoadBalancer") {
    faults.push(forbidden(`${field}.nodePort`, textAt(spec, "type")));
  } else if (!isWhole(nodePort, 1, 65535)) {
    faults.push(bad(`${field}.nodePort`, nodePort, PORT_RANGE));
  }
  return faults;
}

const PORT_RANGE = { right: "must be between 1 and 65535, inclusive" };

/** A name, a port or a node port that an earlier port of the same Service has already. */
function duplicateFaults(ports: readonly Json[], i: number): readonly Cause[] {
  const port = objectAt(ports[i]);
  const earlier = ports.slice(0, i).map((other) => objectAt(other));
  const repeats = (...fields: readonly string[]) =>
    fields.every((field) => port[field] !== undefined) &&
    earlier.some((other) => fields.every((field) => equal(other[field], port[field])));
  const field = `spec.ports[${i}]`;
  return [
    ...(repeats("name") ? [duplicate(`${field}.name`, port["name"] ?? null)] : []),
    ...(repeats("port", "protocol") ? [duplicate(field, port)] : []),
    ...(repeats("nodePort", "protocol")
      ? [duplicate(`${field}.nodePort`, port["nodePort"] ?? null)]
      : []),
  ];
}

function isWhole(value: Json | undefined, min: number, max: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

function oneOf(spec: JsonObject, field: string, allowed: readonly string[]): readonly Cause[] {
  const value = spec[field];
  return value === undefined ? [] : supported(`spec.${field}`, value, allowed);
}

function supported(field: string, value: Json, allowed: readonly string[]): readonly Cause[] {
  if (typeof value === "string" && allowed.includes(value)) return [];
  const list = allowed.map((name) => `"${name}"`).join(", ");
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return [{ reason: "FieldValueNotSupported", message, field }];
}

/** A value that is wrong, and what would be right. */
export function bad(field: string, value: Json, why: { readonly right: string }): Cause {
  const message = `Invalid value: ${JSON.stringify(value)}: ${why.right}`;
  return { reason: "FieldValueInvalid", message, field };
}

/** A field that must be there. */
export function required(field: string): Cause {
  return { reason: "FieldValueRequired", message: "Required value", field };
}

function duplicate(field: string, value: Json): Cause {
  const message = `Duplicate value: ${JSON.stringify(value)}`;
  return { reason: "FieldValueDuplicate", message, field };
}

function forbidden(field: string, type: string): Cause {
  const message = `Forbidden: may not be used when \`type\` is '${type}'`;
  return { reason: "FieldValueForbidden", message, field };
}
