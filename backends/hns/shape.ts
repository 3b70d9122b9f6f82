/**
 * What a wanted object looks like in HNS: its document, and whether something that is there already
 * is just that. Compared by the whole content, never by a part of it.
 *
 * @module
 */
import type { HnsEnvironment } from "./config.ts";
import {
  ENDPOINT_FLAGS,
  type HcnPolicy,
  type HostComputeEndpoint,
  type HostComputeLoadBalancer,
  PROTOCOL_NUMBERS,
  SCHEMA_VERSION,
} from "./documents.ts";
import { remoteMac } from "./mac.ts";
import type { HnsEndpoint, HnsLoadBalancer } from "./read_documents.ts";
import type { WantedLoadBalancer } from "./spec.ts";

/** What an endpoint is for. */
export type EndpointRole = "remote" | "service-vip" | "source-vip";

/** What an endpoint is to be. */
export interface EndpointShape {
  /** What it is for. */
  readonly role: EndpointRole;
  /** Its address. */
  readonly ip: string;
  /** Its MAC address. */
  readonly mac: string;
  /** The node that has it, `""` for none. */
  readonly providerAddress: string;
}

/** What the endpoint of an address is to be. */
export function endpointShape(role: EndpointRole, ip: string, env: HnsEnvironment): EndpointShape {
  const { overlay } = env.network;
  switch (role) {
    case "remote":
      return {
        role,
        ip,
        mac: remoteMac(ip),
        providerAddress: overlay ? env.providerOf(ip) || env.nodeIp : "",
      };
    case "service-vip":
      return { role, ip, mac: env.hostMac, providerAddress: env.nodeIp };
    case "source-vip":
      return { role, ip, mac: env.hostMac, providerAddress: "" };
  }
}

/** The policies of a remote endpoint whose address is on that node; none off overlay networks. */
export function remotePolicies(providerAddress: string): readonly HcnPolicy[] {
  return providerAddress === ""
    ? []
    : [{ Type: "ProviderAddress", Settings: { ProviderAddress: providerAddress } }];
}

/**
 * The document of an endpoint.
 *
 * @param Policies Those of a remote endpoint with this provider address, where they are at hand.
 */
export function endpointDocument(
  { role, ip, mac, providerAddress }: EndpointShape,
  Policies: readonly HcnPolicy[] = remotePolicies(providerAddress),
): HostComputeEndpoint {
  // Written out: a node has tens of thousands of these, and spreading is ten times dearer.
  const IpConfigurations = [{ IpAddress: ip }];
  if (role === "source-vip") {
    return { IpConfigurations, MacAddress: mac, SchemaVersion: SCHEMA_VERSION };
  }
  const Flags = ENDPOINT_FLAGS.remote;
  if (Policies.length === 0) {
    return { IpConfigurations, MacAddress: mac, Flags, SchemaVersion: SCHEMA_VERSION };
  }
  return { IpConfigurations, MacAddress: mac, Flags, Policies, SchemaVersion: SCHEMA_VERSION };
}

/**
 * Whether a remote endpoint is what is wanted. One that no service proxy made may keep its own MAC
 * address: it is used, and never deleted.
 */
export function isRight(
  actual: HnsEndpoint & { readonly ours: boolean },
  shape: EndpointShape,
): boolean {
  return !actual.degraded && actual.remote && actual.providerAddress === shape.providerAddress &&
    (!actual.ours || actual.mac === shape.mac);
}

/** The document of a load balancer with these endpoints. */
export function loadBalancerDocument(
  wanted: WantedLoadBalancer,
  endpoints: readonly string[],
): HostComputeLoadBalancer {
  const { vip, sourceVip, flags, portFlags, distribution } = wanted;
  return {
    HostComputeEndpoints: endpoints,
    ...(sourceVip === "" ? {} : { SourceVIP: sourceVip }),
    ...(vip === "" ? {} : { FrontendVIPs: [vip] }),
    PortMappings: [{
      Protocol: PROTOCOL_NUMBERS[wanted.protocol],
      InternalPort: wanted.internalPort,
      ExternalPort: wanted.externalPort,
      ...(distribution === 0 ? {} : { DistributionType: distribution }),
      ...(portFlags === 0 ? {} : { Flags: portFlags }),
    }],
    SchemaVersion: SCHEMA_VERSION,
    ...(flags === 0 ? {} : { Flags: flags }),
  };
}

/**
 * Whether a load balancer is what is wanted, with these endpoints (ids in lower case, sorted). The
 * words are those of `hns diff`; an empty list means that it is right.
 */
export function differences(
  actual: HnsLoadBalancer,
  wanted: WantedLoadBalancer,
  endpoints: readonly string[],
): readonly string[] {
  const found: string[] = [];
  const compare = (what: string, is: string | number, should: string | number) => {
    if (is !== should) found.push(`${what} is ${is === "" ? "none" : is}, not ${should || "none"}`);
  };
  const [mapping] = actual.mappings;
  if (mapping === undefined || actual.mappings.length > 1) {
    found.push(`it has ${actual.mappings.length} port mappings, not one`);
  } else {
    compare("protocol", mapping.protocol, PROTOCOL_NUMBERS[wanted.protocol]);
    compare("the internal port", mapping.internalPort, wanted.internalPort);
    compare("the external port", mapping.externalPort, wanted.externalPort);
    compare("the distribution", mapping.distribution, wanted.distribution);
    compare("the port's flags", mapping.flags, wanted.portFlags);
  }
  compare("the flags", actual.flags, wanted.flags);
  compare("the source VIP", actual.sourceVip, wanted.sourceVip);
  compare("the frontend", actual.vips.join(), wanted.vip);
  if (!sameIds(actual.endpoints, endpoints)) {
    found.push(`it has ${actual.endpoints.length} endpoints, of which not all are the right ones`);
  }
  if (actual.degraded) found.push("HNS says that it is degraded");
  return found;
}

/** What HNS will have once a document is written. */
export function writtenLoadBalancer(
  id: string,
  wanted: WantedLoadBalancer,
  endpoints: readonly string[],
): HnsLoadBalancer {
  return {
    id,
    endpoints,
    sourceVip: wanted.sourceVip,
    vips: wanted.vip === "" ? [] : [wanted.vip],
    mappings: [{
      protocol: PROTOCOL_NUMBERS[wanted.protocol],
      internalPort: wanted.internalPort,
      externalPort: wanted.externalPort,
      distribution: wanted.distribution,
      flags: wanted.portFlags,
    }],
    flags: wanted.flags,
    degraded: false,
  };
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
