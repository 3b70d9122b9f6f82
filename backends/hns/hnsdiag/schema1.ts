/**
 * Schema-1 documents, as hnsdiag prints them, told in schema 2 as far as they tell it. What schema 1
 * does not know, session affinity and the routes to other nodes' pods above all, is missing.
 *
 * @module
 */
import { ENDPOINT_FLAGS, LOAD_BALANCER_FLAGS, PORT_FLAGS } from "../documents.ts";
import type { HnsVersion } from "../features.ts";
import { field } from "../read_documents.ts";
import type { HnsKind } from "../transport.ts";

/** What marks the schema's version in what is told here. */
const SCHEMA_1 = { Major: 1, Minor: 0 };

/** The booleans of schema 1 that are flags of a port mapping in schema 2. */
const PORT_BOOLEANS = [
  { name: "ILB", flag: PORT_FLAGS.ilb },
  { name: "LocalRoutedVip", flag: PORT_FLAGS.localRoutedVip },
  { name: "UseMux", flag: PORT_FLAGS.useMux },
  { name: "PreserveDip", flag: PORT_FLAGS.preserveDip },
] as const;

/** A document in schema 2. */
export function toSchema2(kind: HnsKind, document: unknown): unknown {
  switch (kind) {
    case "network":
      return network(document);
    case "endpoint":
      return endpoint(document);
    case "load-balancer":
      return loadBalancer(document);
  }
}

/** The version of HNS in a document, where it is told: major times 2^32 and minor. */
export function versionIn(document: unknown): HnsVersion | null {
  const version = field(document, "Version");
  if (typeof version !== "number" || version < 2 ** 32) return null;
  return { major: Math.floor(version / 2 ** 32), minor: version % 2 ** 32 };
}

function network(document: unknown): unknown {
  const subnets = list(field(document, "Subnets"));
  const management = field(document, "ManagementIP");
  return {
    ...common(document),
    Type: field(document, "Type"),
    Ipams: [{
      Subnets: subnets.map((subnet) => ({
        IpAddressPrefix: field(subnet, "AddressPrefix"),
        Routes: [{
          NextHop: field(subnet, "GatewayAddress"),
          DestinationPrefix: text(field(subnet, "AddressPrefix")).includes(":")
            ? "::/0"
            : "0.0.0.0/0",
        }],
      })),
    }],
    Policies: text(management) === ""
      ? []
      : [{ Type: "ProviderAddress", Settings: { ProviderAddress: management } }],
  };
}

function endpoint(document: unknown): unknown {
  const addresses = [
    { ip: field(document, "IPAddress"), length: field(document, "PrefixLength") },
    { ip: field(document, "IPv6Address"), length: field(document, "IPv6PrefixLength") },
  ];
  const provider = list(field(document, "Policies"))
    .map((each) => text(field(each, "PA")))
    .find((each) => each !== "");
  return {
    ...common(document),
    HostComputeNetwork: field(document, "VirtualNetwork"),
    IpConfigurations: addresses.filter(({ ip }) => text(ip) !== "")
      .map(({ ip, length }) => ({ IpAddress: ip, PrefixLength: length })),
    MacAddress: field(document, "MacAddress"),
    Flags: field(document, "IsRemoteEndpoint") === true ? ENDPOINT_FLAGS.remote : 0,
    Policies: provider === undefined
      ? []
      : [{ Type: "ProviderAddress", Settings: { ProviderAddress: provider } }],
  };
}

function loadBalancer(document: unknown): unknown {
  const policies = list(field(document, "Policies"));
  const [first] = policies;
  const flags = (field(first, "IsDSR") === true ? LOAD_BALANCER_FLAGS.dsr : 0) |
    (field(first, "IsIPv6") === true ? LOAD_BALANCER_FLAGS.ipv6 : 0);
  return {
    ...common(document),
    HostComputeEndpoints: list(field(document, "References"))
      .map((each) => text(each).split("/").at(-1)),
    SourceVIP: field(first, "SourceVIP"),
    FrontendVIPs: list(field(first, "VIPs")),
    Flags: flags,
    PortMappings: policies.map((policy) => ({
      Protocol: field(policy, "Protocol"),
      InternalPort: field(policy, "InternalPort"),
      ExternalPort: field(policy, "ExternalPort"),
      Flags: PORT_BOOLEANS.reduce(
        (sum, { name, flag }) => sum | (field(policy, name) === true ? flag : 0),
        0,
      ),
    })),
  };
}

function common(document: unknown) {
  return {
    ID: field(document, "ID"),
    Name: field(document, "Name"),
    State: field(document, "State"),
    SchemaVersion: SCHEMA_1,
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
