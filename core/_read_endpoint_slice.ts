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
} from "./_reader.ts";
import { parseIp } from "./ip.ts";
import {
  type EndpointSlice,
  type IpFamily,
  PROTOCOLS,
  type SliceEndpoint,
  type SlicePort,
  type StringMap,
} from "./objects.ts";
import { HEADLESS_LABEL, PROXY_NAME_LABEL, SERVICE_NAME_LABEL } from "./service_rules.ts";

const ADDRESS_TYPES = ["IPv4", "IPv6", "FQDN"] as const;
const TRIGGER_ANNOTATION = "endpoints.kubernetes.io/last-change-trigger-time";
const RULE_LABELS = [SERVICE_NAME_LABEL, HEADLESS_LABEL, PROXY_NAME_LABEL];

const readText = optional(text, "");
const readTrue = optional(flag, true);
const readFalse = optional(flag, false);
const readMap = optional(object, {});
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

/** An address of the slice's own family, in canonical text. */
function addressReader(family: IpFamily): Reader<string> {
  return (value, at) => {
    const ip = parseIp(text(value, at));
    if (ip === null) return at.fail(`${quote(value)} is not an IP address`);
    return ip.family === family
      ? ip.text
      : at.fail(`${quote(value)} is not an ${family} address, as the slice's addressType says`);
  };
}

const readConditions: Reader<Pick<SliceEndpoint, "ready" | "serving" | "terminating">> = (
  value,
  at,
) => {
  const conditions = readMap(value, at);
  return {
    ready: at.field(conditions, "ready", readTrue),
    serving: at.field(conditions, "serving", readTrue),
    terminating: at.field(conditions, "terminating", readFalse),
  };
};

const readHints: Reader<Pick<SliceEndpoint, "zoneHints" | "nodeHints">> = (value, at) => {
  const hints = readMap(value, at);
  return {
    zoneHints: at.field(hints, "forZones", readNames),
    nodeHints: at.field(hints, "forNodes", readNames),
  };
};

const readPod: Reader<string> = (value, at) => {
  const target = readMap(value, at);
  return target["kind"] === "Pod" ? at.field(target, "name", readText) : "";
};

function endpointReader(readAddress: Reader<string>): Reader<SliceEndpoint> {
  const readAddresses = list(readAddress);
  return (value, at) => {
    const entry = object(value, at);
    const { ready, serving, terminating } = at.field(entry, "conditions", readConditions);
    const { zoneHints, nodeHints } = at.field(entry, "hints", readHints);
    return {
      addresses: at.field(entry, "addresses", readAddresses),
      ready,
      serving,
      terminating,
      node: at.field(entry, "nodeName", readText),
      zone: at.field(entry, "zone", readText),
      zoneHints,
      nodeHints,
      hostname: at.field(entry, "hostname", readText),
      pod: at.field(entry, "targetRef", readPod),
    };
  };
}

/** By address type: IPs become canonical, the host names of FQDN slices stay as they are. */
const READ_ENDPOINTS: Readonly<
  Record<EndpointSlice["addressType"], Reader<readonly SliceEndpoint[]>>
> = {
  IPv4: lenientList(endpointReader(addressReader("IPv4"))),
  IPv6: lenientList(endpointReader(addressReader("IPv6"))),
  FQDN: lenientList(endpointReader(text)),
};

const noteNoService: Reader<void> = (value, at) =>
  at.field(object(value, at), "labels", () =>
    at.note(
      `label "${SERVICE_NAME_LABEL}" is missing or empty, so the slice belongs to no Service; ` +
        `set it to the Service's name`,
    ));

/** Reads the fields of an EndpointSlice below its header. */
export function readEndpointSlice(
  root: Readonly<Record<string, unknown>>,
  { ref, labels, annotations }: Header,
  at: Cursor,
): EndpointSlice {
  const addressType = at.field(root, "addressType", oneOf(ADDRESS_TYPES));
  const service = labels[SERVICE_NAME_LABEL] ?? "";
  if (service === "") at.field(root, "metadata", noteNoService);
  return {
    kind: "EndpointSlice",
    namespace: ref.namespace,
    name: ref.name,
    labels: pick(labels, RULE_LABELS),
    service,
    addressType,
    ports: at.field(root, "ports", lenientList(readPort)),
    endpoints: at.field(root, "endpoints", READ_ENDPOINTS[addressType]),
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
