/**
 * Reads what HNS answers with, defensively: fields may be missing, numbers may be names, GUIDs and
 * MAC addresses come in any letter case. What cannot be read is left out and never crashes anything.
 *
 * @module
 */
import { type Cidr, parseCidr, parseIp } from "../../core/mod.ts";
import { PROTOCOL_NUMBERS } from "./documents.ts";
import { normalMac } from "./mac.ts";

/** A route to the pods of another node. */
export interface RemoteSubnet {
  /** The pods' addresses. */
  readonly prefix: Cidr;
  /** The address of the node that has them. */
  readonly providerAddress: string;
}

/** A network, as far as a service proxy looks at it. */
export interface HnsNetwork {
  /** The id, as HNS wrote it. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** The type; HNS leaves it out for NAT. */
  readonly type: string;
  /** Whether the type is overlay. */
  readonly overlay: boolean;
  /** The routes to other nodes' pods, in their order. */
  readonly remoteSubnets: readonly RemoteSubnet[];
  /** The node's own address as the network knows it, `""` if it does not tell. */
  readonly providerAddress: string;
}

/** An endpoint, as far as a service proxy looks at it. */
export interface HnsEndpoint {
  /** The id, as HNS wrote it. */
  readonly id: string;
  /** The name, `""` for none. */
  readonly name: string;
  /** The id of its network, in lower case. */
  readonly networkId: string;
  /** Its addresses, canonical. */
  readonly ips: readonly string[];
  /** Its MAC address, in lower case with dashes. */
  readonly mac: string;
  /** Whether it stands for an address that is not on this node. */
  readonly remote: boolean;
  /** The address of the node that has it, `""` for none. */
  readonly providerAddress: string;
  /** Whether HNS says that it is half alive. */
  readonly degraded: boolean;
}

/** A load balancer, as far as a service proxy looks at it. */
export interface HnsLoadBalancer {
  /** The id, as HNS wrote it. */
  readonly id: string;
  /** The ids of its endpoints in lower case, sorted. */
  readonly endpoints: readonly string[];
  /** Its source address, `""` for none. */
  readonly sourceVip: string;
  /** Its frontends; none for a node port. */
  readonly vips: readonly string[];
  /** Its port mappings. */
  readonly mappings: readonly HnsPortMapping[];
  /** Its flags. */
  readonly flags: number;
  /** Whether HNS says that it is half alive. */
  readonly degraded: boolean;
}

/** A port mapping, with what HNS left out filled in. */
export interface HnsPortMapping {
  /** The number of the protocol. */
  readonly protocol: number;
  /** The port of the endpoints. */
  readonly internalPort: number;
  /** The port of the frontend. */
  readonly externalPort: number;
  /** The distribution. */
  readonly distribution: number;
  /** The flags. */
  readonly flags: number;
}

/** Names that HNS' documentation has in the place of numbers. */
const NAMES: Readonly<Record<string, number>> = {
  tcp: PROTOCOL_NUMBERS.TCP,
  udp: PROTOCOL_NUMBERS.UDP,
  sctp: PROTOCOL_NUMBERS.SCTP,
  none: 0,
  remoteendpoint: 1,
  enabledirectserverreturn: 1,
  ipv6: 2,
  enableipv6: 2,
  enableinternalloadbalancer: 1,
  ilb: 1,
  localroutedvip: 2,
  usemux: 4,
  notused: 4,
  preservedip: 8,
  vipexternalip: 16,
  sourceipprotocol: 1,
  sourceip: 2,
};

/** The state of a degraded load balancer in HNS' own books, where a document shows it. */
const DEGRADED = 4;

/** That of a degraded endpoint. 4 is one taken off its container, which a remote one never had. */
const DEGRADED_ENDPOINT = 5;

/** Reads a network; `null` if it has no id. */
export function readNetwork(value: unknown): HnsNetwork | null {
  const id = text(field(value, "ID"));
  if (id === "") return null;
  const type = text(field(value, "Type"));
  const policies = list(field(value, "Policies"));
  return {
    id,
    name: text(field(value, "Name")),
    type: type === "" ? "NAT" : type,
    overlay: type.toLowerCase() === "overlay",
    remoteSubnets: policies.flatMap((policy) => {
      if (!isPolicy(policy, "RemoteSubnetRoute")) return [];
      const settings = field(policy, "Settings");
      const prefix = parseCidr(text(field(settings, "DestinationPrefix")));
      const providerAddress = ip(field(settings, "ProviderAddress"));
      return prefix === null ? [] : [{ prefix, providerAddress }];
    }),
    providerAddress: policySetting(policies, "ProviderAddress"),
  };
}

/** Reads an endpoint; `null` if it has no id. */
export function readEndpoint(value: unknown): HnsEndpoint | null {
  const id = text(field(value, "ID"));
  if (id === "") return null;
  const remote = (number(field(value, "Flags")) & 1) !== 0;
  const state = number(field(value, "State"));
  return {
    id,
    name: text(field(value, "Name")),
    networkId: text(field(value, "HostComputeNetwork")).toLowerCase(),
    ips: list(field(value, "IpConfigurations"))
      .map((each) => ip(field(each, "IpAddress")))
      .filter((each) => each !== ""),
    mac: normalMac(text(field(value, "MacAddress"))),
    remote,
    providerAddress: policySetting(list(field(value, "Policies")), "ProviderAddress"),
    degraded: state === DEGRADED_ENDPOINT || (remote && state === DEGRADED),
  };
}

/** Reads a load balancer; `null` if it has no id. */
export function readLoadBalancer(value: unknown): HnsLoadBalancer | null {
  const id = text(field(value, "ID"));
  if (id === "") return null;
  return {
    id,
    endpoints: list(field(value, "HostComputeEndpoints"))
      .map((each) => text(each).toLowerCase()).filter((each) => each !== "").sort(),
    sourceVip: ip(field(value, "SourceVIP")),
    vips: list(field(value, "FrontendVIPs")).map(ip).filter((each) => each !== ""),
    mappings: list(field(value, "PortMappings")).map((each) => ({
      protocol: number(field(each, "Protocol")),
      internalPort: number(field(each, "InternalPort")),
      externalPort: number(field(each, "ExternalPort")),
      distribution: number(field(each, "DistributionType")),
      flags: number(field(each, "Flags")),
    })),
    flags: number(field(value, "Flags")),
    degraded: number(field(value, "State")) === DEGRADED,
  };
}

/** A field of a JSON object, by its name in any letter case; `undefined` if there is none. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, name)) return Reflect.get(value, name);
  const wanted = name.toLowerCase();
  const key = Object.keys(value).find((each) => each.toLowerCase() === wanted);
  return key === undefined ? undefined : Reflect.get(value, key);
}

function policySetting(policies: readonly unknown[], type: string): string {
  const policy = policies.find((each) => isPolicy(each, type));
  return ip(field(field(policy, "Settings"), type));
}

function isPolicy(value: unknown, type: string): boolean {
  return text(field(value, "Type")).toLowerCase() === type.toLowerCase();
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function ip(value: unknown): string {
  const given = text(value);
  return given === "" ? "" : parseIp(given)?.text ?? "";
}

/** A number, a number as text, or names of flags joined by commas. */
function number(value: unknown): number {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? value : 0;
  const given = text(value).trim();
  if (/^\d+$/.test(given)) return Number(given);
  return given.split(/[,|]/).reduce(
    (sum, name) => sum | (NAMES[name.trim().toLowerCase()] ?? 0),
    0,
  );
}
