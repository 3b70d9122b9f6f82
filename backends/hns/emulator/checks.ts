/**
 * What HNS checks before it takes a document. Each check answers with the name of its HRESULT, or
 * `null` if there is nothing to say.
 *
 * @module
 */
import { hasFeature, type HnsVersion } from "../features.ts";
import type { HnsErrorName } from "../hns_error.ts";
import { keysOf } from "../identity.ts";
import { field, type HnsLoadBalancer, readEndpoint, readLoadBalancer } from "../read_documents.ts";
import { parseIp } from "../../../core/mod.ts";
import { DISTRIBUTION, PORT_FLAGS } from "../documents.ts";

const KNOWN_PORT_FLAGS = Object.values(PORT_FLAGS).reduce((sum, flag) => sum | flag, 0);

/** What the checks know of the machine. */
export interface Machine {
  /** The version of HNS. */
  readonly version: HnsVersion;
  /** Whether there is an endpoint with this id, in lower case. */
  readonly hasEndpoint: (id: string) => boolean;
  /** The ids of the other load balancers with that frontend. */
  readonly othersOf: (key: string) => readonly string[];
}

/** Checks an endpoint's document. */
export function checkEndpoint(document: unknown): HnsErrorName | null {
  const endpoint = readEndpoint({ ...Object(document), ID: "new" });
  if (endpoint === null || !hasSchema(document)) return "invalid-json";
  const configured = field(document, "IpConfigurations");
  const given = Array.isArray(configured) ? configured.length : 0;
  if (given === 0 || endpoint.ips.length !== given) return "invalid-ip";
  const mac = field(document, "MacAddress");
  if (mac !== undefined && endpoint.mac === "") return "invalid-endpoint";
  if (endpoint.remote && endpoint.mac === "") return "invalid-endpoint";
  return null;
}

/** Checks a load balancer's document. */
export function checkLoadBalancer(document: unknown, machine: Machine): HnsErrorName | null {
  const wanted = readLoadBalancer({ ...Object(document), ID: "new" });
  if (wanted === null || !hasSchema(document)) return "invalid-json";
  if (wanted.endpoints.length === 0) return "invalid-json-reference";
  if (!wanted.endpoints.every(machine.hasEndpoint)) return "endpoint-not-found";
  if (new Set(wanted.endpoints).size !== wanted.endpoints.length) return "invalid-policy";
  if (wanted.mappings.length === 0) return "invalid-policy";
  for (const { internalPort, externalPort, flags, distribution } of wanted.mappings) {
    if (internalPort === 0) return "port-zero";
    if (externalPort === 0 || externalPort > 65535 || internalPort > 65535) return "invalid-policy";
    if ((flags & ~KNOWN_PORT_FLAGS) !== 0) return "invalid-policy";
    const affine = distribution !== DISTRIBUTION.perConnection;
    if (affine && !hasFeature(machine.version, "session-affinity")) return "invalid-policy";
  }
  if (keysOf(wanted).length < wanted.mappings.length) return "invalid-policy";
  if ((wanted.flags & ~3) !== 0) return "invalid-policy";
  if ((wanted.flags & 1) !== 0 && !hasFeature(machine.version, "dsr")) return "invalid-policy";
  if ((wanted.flags & 2) !== 0 && !hasFeature(machine.version, "dual-stack")) {
    return "invalid-policy";
  }
  if (!addressesAreGood(document, wanted)) return "invalid-ip";
  return keysOf(wanted).some((key) => machine.othersOf(key).length > 0) ? "port-exists" : null;
}

function addressesAreGood(document: unknown, wanted: HnsLoadBalancer): boolean {
  const source = field(document, "SourceVIP");
  if (typeof source === "string" && source !== "" && parseIp(source) === null) return false;
  const vips = field(document, "FrontendVIPs");
  return !Array.isArray(vips) || vips.length === wanted.vips.length;
}

function hasSchema(document: unknown): boolean {
  return field(field(document, "SchemaVersion"), "Major") === 2;
}
