/**
 * What the node's operator decides, and what is known of the node and its network when plans are
 * made.
 *
 * @module
 */
import type { Feature } from "./features.ts";
import type { HnsEndpoint, HnsNetwork } from "./read_documents.ts";

/** An address of this machine. */
export interface HostAddress {
  /** The address. */
  readonly address: string;
  /** The MAC address of its interface. */
  readonly mac: string;
}

/** What the operator decides; the names are those of kube-proxy's flags. */
export interface HnsConfig {
  /** The name of the CNI's network. */
  readonly networkName: string;
  /** The address of the source-VIP endpoint; `""` for none, which an overlay network does not bear. */
  readonly sourceVip: string;
  /** The node's own address; `""` if it is for the network or the platform to tell. */
  readonly nodeIp: string;
  /** The MAC address of the interface with the node's address; `""` if it is for the platform to tell. */
  readonly hostMac: string;
  /** The addresses of this machine, the likeliest to be the node's own first. */
  readonly hosts: readonly HostAddress[];
  /** Whether ClusterIP load balancers use direct server return. */
  readonly enableDsr: boolean;
  /** Whether health probes to load balancer IPs are forwarded to the host. */
  readonly forwardHealthCheckVip: boolean;
  /** The name of the host's own endpoint, which answers such probes. */
  readonly rootEndpointName: string;
  /** The port of the proxy's own health server; 0 for none. */
  readonly healthzPort: number;
}

/** The defaults of everything but the network's name. */
export const HNS_DEFAULTS: Omit<HnsConfig, "networkName"> = {
  sourceVip: "",
  nodeIp: "",
  hostMac: "",
  hosts: [],
  enableDsr: false,
  forwardHealthCheckVip: false,
  rootEndpointName: "cbr0",
  healthzPort: 10256,
};

/** What rules look at besides the service port: the operator's wishes and the network as it is. */
export interface HnsEnvironment {
  /** What the operator decides. */
  readonly config: HnsConfig;
  /** The network. */
  readonly network: HnsNetwork;
  /** What this build of HNS can do. */
  readonly features: ReadonlySet<Feature>;
  /** The host's own endpoint; `null` if there is none of that name. */
  readonly rootEndpoint: HnsEndpoint | null;
  /** The node's own address: the operator's, else the network's, else this machine's; or `""`. */
  readonly nodeIp: string;
  /** The MAC address of the interface with the node's own address; `""` if nobody tells. */
  readonly hostMac: string;
  /** Whether HNS has an endpoint for the node's own address, which is seldom. */
  readonly hasNodeEndpoint: boolean;
  /** Which node has an address, on overlay networks; `""` if no route knows it. */
  readonly providerOf: (ip: string) => string;
}
