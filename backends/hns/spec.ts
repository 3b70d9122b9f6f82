/**
 * What the HNS backend is asked for, as plain data: the load balancers and endpoints that services
 * need, and the operations that make them real.
 *
 * @module
 */
import type { EndpointView, IpFamily, Protocol } from "../../core/mod.ts";
import type { Op } from "../backend.ts";
import type { HostComputeEndpoint, HostComputeLoadBalancer } from "./documents.ts";
import type { LoadBalancerKind } from "./load_balancer_rules.ts";
import type { HnsFinding } from "./support_rules.ts";

/** The rules that decided what a load balancer is like. */
export interface DecidedBy {
  /** Which endpoints it gets. */
  readonly endpoints: string;
  /** Which port they get traffic on. */
  readonly port: string;
  /** Whether it uses direct server return. */
  readonly dsr: string;
  /** The flags of its port mapping. */
  readonly portFlags: string;
  /** How clients are spread. */
  readonly distribution: string;
  /** Which source address it has. */
  readonly sourceVip: string;
}

/** An endpoint of a load balancer, as the view knows it. */
export type Member = Pick<EndpointView, "ip" | "local">;

/** A load balancer that a service port needs, in terms of addresses; ids come later. */
export interface WantedLoadBalancer {
  /** What makes it one of a kind on the node: `TCP/10.96.0.10:80`, `TCP/IPv4/nodePort/30080`. */
  readonly key: string;
  /** The kind. */
  readonly kind: LoadBalancerKind;
  /** The service port: `default/web:http`. */
  readonly servicePort: string;
  /** The key of the service port, with protocol and family. */
  readonly entry: string;
  /** Whether it goes first: the API server's or the cluster's DNS. */
  readonly first: boolean;
  /** The family. */
  readonly family: IpFamily;
  /** The protocol. */
  readonly protocol: Protocol;
  /** The frontend's address, `""` for a node port. */
  readonly vip: string;
  /** The frontend's port. */
  readonly externalPort: number;
  /** The endpoints' port. */
  readonly internalPort: number;
  /** The endpoints; of a health-check load balancer none. */
  readonly members: readonly Member[];
  /** The id of the host's own endpoint; `""` unless it is a health-check load balancer. */
  readonly hostEndpoint: string;
  /** The load balancer's flags. */
  readonly flags: number;
  /** The port mapping's flags. */
  readonly portFlags: number;
  /** The distribution. */
  readonly distribution: number;
  /** The source address, `""` for none. */
  readonly sourceVip: string;
  /** The rules that decided. */
  readonly rules: DecidedBy;
}

/** All that a service port needs. */
export interface Contribution {
  /** Its load balancers. */
  readonly loadBalancers: readonly WantedLoadBalancer[];
  /** ClusterIPs that must be known on the overlay network. */
  readonly serviceVips: readonly string[];
  /** What is not as asked. */
  readonly findings: readonly HnsFinding[];
}

/** One operation of the HNS backend. */
export type HnsOp =
  | Op & {
    /** Makes an endpoint. */
    readonly op: "create-endpoint";
    /** The id that it gets. */
    readonly id: string;
    /** The network. */
    readonly networkId: string;
    /** The address. */
    readonly ip: string;
    /** What it is to be. */
    readonly document: HostComputeEndpoint;
  }
  | Op & {
    /** Deletes an endpoint that nothing refers to any more. */
    readonly op: "delete-endpoint";
    /** Its id. */
    readonly id: string;
    /** The address. */
    readonly ip: string;
  }
  | Op & {
    /** Makes a load balancer. */
    readonly op: "create-load-balancer";
    /** The id that it gets. */
    readonly id: string;
    /** What it is to be. */
    readonly document: HostComputeLoadBalancer;
    /** The rules that decided. */
    readonly rules: DecidedBy;
  }
  | Op & {
    /** Changes a load balancer in place, or makes it anew where HNS cannot. */
    readonly op: "update-load-balancer";
    /** Its id. */
    readonly id: string;
    /** Others with the same frontend that are to go. */
    readonly remove: readonly string[];
    /** What it is to be. */
    readonly document: HostComputeLoadBalancer;
    /** The rules that decided. */
    readonly rules: DecidedBy;
  }
  | Op & {
    /** Deletes what has the frontend and makes the right load balancer. */
    readonly op: "replace-load-balancer";
    /** The id that it gets. */
    readonly id: string;
    /** Those that have the frontend. */
    readonly remove: readonly string[];
    /** What it is to be. */
    readonly document: HostComputeLoadBalancer;
    /** The rules that decided. */
    readonly rules: DecidedBy;
  }
  | Op & {
    /** Deletes load balancers. */
    readonly op: "delete-load-balancer";
    /** Their ids. */
    readonly remove: readonly string[];
  }
  | Op & {
    /** Says what of a service port is not as asked. */
    readonly op: "unsupported";
    /** The service port. */
    readonly servicePort: string;
    /** What it is. */
    readonly findings: readonly HnsFinding[];
    /** The same in words, for whoever knows no findings. */
    readonly reason: string;
  };
