/**
 * HCN schema-2 documents as the proxy writes them, and the numbers in them. What HNS answers with is
 * read defensively (`read_documents.ts`), because builds differ in what they leave out.
 *
 * @module
 */

/** The flags of an endpoint. */
export const ENDPOINT_FLAGS = {
  /** It stands for an address that is not on this node. */
  remote: 1,
} as const;

/** The flags of a load balancer. */
export const LOAD_BALANCER_FLAGS = {
  /** Direct server return: replies don't pass the load balancer's address translation. */
  dsr: 1,
  /** Its frontend is of family IPv6. */
  ipv6: 2,
} as const;

/** The flags of a port mapping. */
export const PORT_FLAGS = {
  /** Internal load balancing; a service proxy never sets it. */
  ilb: 1,
  /** The frontend can also be reached from the node itself. */
  localRoutedVip: 2,
  /** Packets come from a multiplexer, encapsulated. */
  useMux: 4,
  /** Packets reach the endpoint with the frontend as destination. */
  preserveDip: 8,
  /** The frontend is an address from outside the cluster. */
  vipExternalIp: 16,
} as const;

/** How clients are spread over endpoints. */
export const DISTRIBUTION = {
  /** Each connection anew, by its five-tuple. */
  perConnection: 0,
  /** By source address and protocol. */
  sourceIpProtocol: 1,
  /** By source address: session affinity. */
  sourceIp: 2,
} as const;

/** The numbers of the transport protocols. */
export const PROTOCOL_NUMBERS = { TCP: 6, UDP: 17, SCTP: 132 } as const;

/** The schema version that is written: 2.0, as every client of HNS does. */
export const SCHEMA_VERSION = { Major: 2, Minor: 0 } as const;

/** The version of a document's schema. */
export interface SchemaVersion {
  /** The major number. */
  readonly Major: number;
  /** The minor number. */
  readonly Minor: number;
}

/** A policy of a network or an endpoint. */
export interface HcnPolicy {
  /** What it is: `ProviderAddress`, `RemoteSubnetRoute`. */
  readonly Type: string;
  /** Its settings, which depend on the type. */
  readonly Settings: Readonly<Record<string, unknown>>;
}

/** An endpoint, as it is asked for. The network is named in the call, not here. */
export interface HostComputeEndpoint {
  /** Its addresses: one here, though a pod of two families has two. */
  readonly IpConfigurations: readonly {
    /** The address. */
    readonly IpAddress: string;
  }[];
  /** The MAC address, `aa-bb-cc-dd-ee-ff`. */
  readonly MacAddress: string;
  /** Its policies; left out where there are none. */
  readonly Policies?: readonly HcnPolicy[];
  /** See {@linkcode ENDPOINT_FLAGS}; left out for 0. */
  readonly Flags?: number;
  /** The schema version. */
  readonly SchemaVersion: SchemaVersion;
}

/** A port mapping of a load balancer, as it is asked for. */
export interface PortMapping {
  /** See {@linkcode PROTOCOL_NUMBERS}. */
  readonly Protocol: number;
  /** The port of the endpoints. */
  readonly InternalPort: number;
  /** The port of the frontend. */
  readonly ExternalPort: number;
  /** See {@linkcode DISTRIBUTION}; left out for 0. */
  readonly DistributionType?: number;
  /** See {@linkcode PORT_FLAGS}; left out for 0. */
  readonly Flags?: number;
}

/** A load balancer, as it is asked for. */
export interface HostComputeLoadBalancer {
  /** The ids of the endpoints, at least one. */
  readonly HostComputeEndpoints: readonly string[];
  /** The source address where HNS must translate; left out off overlay networks. */
  readonly SourceVIP?: string;
  /** The frontend's address; left out for a node port. */
  readonly FrontendVIPs?: readonly string[];
  /** One port mapping. */
  readonly PortMappings: readonly PortMapping[];
  /** See {@linkcode LOAD_BALANCER_FLAGS}; left out for 0. */
  readonly Flags?: number;
  /** The schema version. */
  readonly SchemaVersion: SchemaVersion;
}
