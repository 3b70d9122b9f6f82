/**
 * `NodeView`: everything that one named node must implement. It is the contract between where state
 * comes from (`proto/`) and what makes it real (`backends/`).
 *
 * @module
 */
import type { IpFamily, Protocol, ServiceType, TrafficPolicy } from "./objects.ts";
import type { PersistentMap } from "./persistent_map.ts";

/** The kinds of address on which a service port is reached. */
export const FRONTEND_KINDS = ["ClusterIP", "NodePort", "ExternalIP", "LoadBalancer"] as const;

/** A kind of address on which a service port is reached. */
export type FrontendKind = typeof FRONTEND_KINDS[number];

/** One address and port on which a service port is reached. */
export type Frontend =
  | {
    /** The kind of address. */
    readonly kind: "ClusterIP" | "ExternalIP" | "LoadBalancer";
    /** The address, canonical text. */
    readonly ip: string;
    /** The port. */
    readonly port: number;
  }
  | {
    /** A port on every address of the node that is of the entry's family. */
    readonly kind: "NodePort";
    /** The port. */
    readonly port: number;
  };

/** Something that a Service asks for and this node does not do, with the rule that says why. */
export interface Dropped {
  /** The kind of thing. */
  readonly kind: FrontendKind | "SourceRange";
  /** What was asked for, as given: an address, a range, a port. */
  readonly value: string;
  /** The rule that dropped it. */
  readonly rule: string;
  /** The Service that has it instead, `namespace/name`; only where a frontend is claimed twice. */
  readonly owner?: string;
}

/** One endpoint of a service port, used or not, with the rules that decided. */
export interface EndpointView {
  /** The address, canonical text. */
  readonly ip: string;
  /** The port, 1 to 65535. */
  readonly port: number;
  /** The node it runs on, `""` if unknown. */
  readonly node: string;
  /** The zone it runs in, `""` if unknown. */
  readonly zone: string;
  /** Whether it runs on the view's node. */
  readonly local: boolean;
  /** Whether it is ready. */
  readonly ready: boolean;
  /** Whether it serves, ready or terminating. */
  readonly serving: boolean;
  /** Whether it is shutting down. */
  readonly terminating: boolean;
  /** Whether it is in kube-proxy's cluster set. */
  readonly inCluster: boolean;
  /** Whether it is in kube-proxy's local set. */
  readonly inLocal: boolean;
  /** Whether the node uses it for traffic to the ClusterIP. */
  readonly internal: boolean;
  /** Whether the node uses it for traffic to NodePort, ExternalIP and load balancer VIPs. */
  readonly external: boolean;
  /** The rules that decided `internal` and `external`. */
  readonly rules: {
    /** The rule that decided `internal`. */
    readonly internal: string;
    /** The rule that decided `external`. */
    readonly external: string;
  };
}

/** One service port of one IP family. */
export interface ServicePortView {
  /** What makes it one of a kind: `namespace/name:port/TCP/IPv4`. */
  readonly key: string;
  /** `namespace/name:port`, or `namespace/name` for an unnamed port. */
  readonly name: string;
  /** The Service's namespace. */
  readonly namespace: string;
  /** The Service's name. */
  readonly service: string;
  /** The port's name, `""` for an unnamed port. */
  readonly port: string;
  /** The IP family of every address in the entry. */
  readonly family: IpFamily;
  /** The protocol. */
  readonly protocol: Protocol;
  /** The Service's type. */
  readonly type: ServiceType;
  /** The Service's annotations, for backends that read settings from them. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The addresses on which it is reached: ClusterIP, NodePort, ExternalIPs, load balancer VIPs. */
  readonly frontends: readonly Frontend[];
  /** What the Service asks for and does not get. */
  readonly dropped: readonly Dropped[];
  /** The policy for traffic to the ClusterIP. */
  readonly internalTrafficPolicy: TrafficPolicy;
  /** The policy in force for traffic from outside. */
  readonly externalTrafficPolicy: TrafficPolicy;
  /** Session affinity by client address, `null` for none. */
  readonly sessionAffinity: {
    /** ClientIP affinity. */
    readonly clientIP: {
      /** How long a client stays with its endpoint after its last new connection, in seconds. */
      readonly timeoutSeconds: number;
    };
  } | null;
  /** Who may use the load balancer VIPs, as CIDRs of the entry's family; empty for everybody. */
  readonly sourceRanges: readonly string[];
  /** The rule that emptied or kept the source ranges. */
  readonly sourceRangesRule: string;
  /** The node port of the service's health check, 0 for none. */
  readonly healthCheckNodePort: number;
  /** Whether any endpoint can be used anywhere in the cluster (kube-proxy: reject if not). */
  readonly hasAnyEndpoints: boolean;
  /** The rules that chose the cluster set and the local set. */
  readonly sets: {
    /** The rule that chose the cluster set. */
    readonly cluster: string;
    /** The rule that chose the local set. */
    readonly local: string;
    /** Why topology hints are not followed, where there are any; `""` otherwise. */
    readonly hintsIgnored: string;
  };
  /** Every endpoint known, sorted by the text `ip:port`. */
  readonly endpoints: readonly EndpointView[];
}

/** What one Service comes to on this node: its service ports, or the rule that skips it. */
export interface ServiceView {
  /** `namespace/name`. */
  readonly service: string;
  /** The rule that leaves the Service out, or `null`. */
  readonly skipped: string | null;
  /** One entry for each service port and family, sorted by name, then protocol, then family. */
  readonly servicePorts: readonly ServicePortView[];
}

/** Everything that one named node must implement. */
export interface NodeView {
  /** The node's name. */
  readonly node: string;
  /** What each Service of the cluster comes to, by `namespace/name`. */
  readonly services: PersistentMap<ServiceView>;
}

/** `ip:port`, with IPv6 in brackets, as kube-proxy names endpoints. */
export function addressOf(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Where a frontend is reached, for people: `ip:port`, or `*:port` for a node port. */
export function frontendAddress(frontend: Frontend): string {
  return frontend.kind === "NodePort"
    ? `*:${frontend.port}`
    : addressOf(frontend.ip, frontend.port);
}

/**
 * What makes a frontend one of a kind on the node: `TCP/10.96.0.10:80`, `TCP/IPv4/nodePort/30080`.
 * Two service ports cannot both have it.
 */
export function frontendKey(
  entry: Pick<ServicePortView, "protocol" | "family">,
  frontend: Frontend,
): string {
  return frontend.kind === "NodePort"
    ? `${entry.protocol}/${entry.family}/nodePort/${frontend.port}`
    : `${entry.protocol}/${addressOf(frontend.ip, frontend.port)}`;
}
