/**
 * Reads a `discovery.k8s.io/v1` EndpointSlice, with the defaults that the API server would set. A bad
 * endpoint or port is left out; the others of the slice stay in use.
 *
 * @module
 */
import {
  type Cursor,
  flag,
  type Header,
  lenientList,
  list,
  object,
  oneOf,
  optional,
  port,
  quote,
  type Reader,
  text,
  textMap,
} from "./_reader.ts";
import { parseIp } from "./ip.ts";
import {
  type EndpointSlice,
  PROTOCOLS,
  type SliceEndpoint,
  type SlicePort,
  type StringMap,
} from "./objects.ts";
import { HEADLESS_LABEL, PROXY_NAME_LABEL, SERVICE_NAME_LABEL } from "./service_rules.ts";

const EMPTY: Readonly<Record<string, unknown>> = {};
const ADDRESS_TYPES = ["IPv4", "IPv6", "FQDN"] as const;
const TRIGGER_ANNOTATION = "endpoints.kubernetes.io/last-change-trigger-time";
const RULE_LABELS = [SERVICE_NAME_LABEL, HEADLESS_LABEL, PROXY_NAME_LABEL];

const readText = optional(text, "");
const readTrue = optional(flag, true);
const readFalse = optional(flag, false);
const readMap = optional(object, EMPTY);
const readNamed: Reader<string> = (value, at) => at.field(object(value, at), "name", text);
const readNames = list(readNamed);

const readPort: Reader<SlicePort> = (value, at) => {
  const entry = object(value, at);
  const number = entry["port"];
  return {
    name: at.field(entry, "name", readText),
    protocol: at.field(entry, "protocol", optional(oneOf(PROTOCOLS), "TCP")),
    // nil and 0 both mean "no number", which kube-proxy passes over without a word
    port: number === 0 ? 0 : at.field(entry, "port", optional(port, 0)),
  };
};

/** Reads addresses of one type: IPs become canonical, host names of FQDN slices stay as they are. */
const readIpAddress: Reader<string> = (value, at) => {
  const given = text(value, at);
  return parseIp(given)?.text ?? at.fail(`${quote(given)} is not an IP address`);
};

function endpointReader(readAddress: Reader<string>): Reader<SliceEndpoint> {
  const readAddresses = list(readAddress);
  return (value, at) => {
    const entry = object(value, at);
    const conditions = at.field(entry, "conditions", readMap);
    const hints = at.field(entry, "hints", readMap);
    const target = at.field(entry, "targetRef", readMap);
    return {
      addresses: at.field(entry, "addresses", readAddresses),
      ready: at.field(conditions, "ready", readTrue),
      serving: at.field(conditions, "serving", readTrue),
      terminating: at.field(conditions, "terminating", readFalse),
      node: at.field(entry, "nodeName", readText),
      zone: at.field(entry, "zone", readText),
      zoneHints: at.field(hints, "forZones", readNames),
      nodeHints: at.field(hints, "forNodes", readNames),
      hostname: at.field(entry, "hostname", readText),
      pod: target["kind"] === "Pod" ? at.field(target, "name", readText) : "",
    };
  };
}

const readIpEndpoints = lenientList(endpointReader(readIpAddress));
const readNamedEndpoints = lenientList(endpointReader(text));

/** Reads the fields of an EndpointSlice below its header. */
export function readEndpointSlice(
  root: Readonly<Record<string, unknown>>,
  { ref, metadata, labels }: Header,
  at: Cursor,
): EndpointSlice {
  const addressType = at.field(root, "addressType", oneOf(ADDRESS_TYPES));
  const service = labels[SERVICE_NAME_LABEL] ?? "";
  if (service === "") {
    at.note(
      `label "${SERVICE_NAME_LABEL}" is missing or empty, so the slice belongs to no Service; ` +
        `set it to the Service's name`,
    );
  }
  const annotations = at.field(metadata, "annotations", textMap);
  return {
    kind: "EndpointSlice",
    namespace: ref.namespace,
    name: ref.name,
    labels: pick(labels, RULE_LABELS),
    service,
    addressType,
    ports: at.field(root, "ports", lenientList(readPort)),
    endpoints: at.field(
      root,
      "endpoints",
      addressType === "FQDN" ? readNamedEndpoints : readIpEndpoints,
    ),
    triggeredAt: annotations[TRIGGER_ANNOTATION] ?? "",
  };
}

function pick(labels: StringMap, keys: readonly string[]): StringMap {
  const picked: Record<string, string> = {};
  for (const key of keys) {
    const value = labels[key];
    if (value !== undefined) picked[key] = value;
  }
  return picked;
}
