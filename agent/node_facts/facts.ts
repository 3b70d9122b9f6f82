/**
 * What can be known of a node without a cluster, as plain data: each part on its own, so that one that
 * cannot be found out leaves the others.
 *
 * @module
 */
import type { Feature } from "../../backends/mod.ts";
import type { SourceVip } from "./source_vip_rules.ts";

/** What came of looking for something. */
export type Probed<T> =
  | {
    /** It was found out. */
    readonly state: "found";
    /** What it is. */
    readonly value: T;
  }
  | {
    /** It could not be found out, or there is no such thing on this system. */
    readonly state: "failed" | "not-here";
    /** Why. */
    readonly why: string;
  };

/** The operating system. */
export interface SystemFacts {
  /** Its name: `Windows Server 2022`. */
  readonly name: string;
  /** The version as the system gives it: `10.0.20348`. */
  readonly release: string;
  /** The build, 0 where there is no such thing. */
  readonly build: number;
  /** The processor. */
  readonly arch: string;
}

/** A network interface. */
export interface InterfaceFacts {
  /** The name. */
  readonly name: string;
  /** The MAC address. */
  readonly mac: string;
  /** Its addresses with the lengths of their prefixes. */
  readonly addresses: readonly string[];
}

/** A network of HNS. */
export interface NetworkFacts {
  /** The name. */
  readonly name: string;
  /** The type, `NAT` where HNS leaves it out. */
  readonly type: string;
  /** The id. */
  readonly id: string;
  /** The addresses of its pods. */
  readonly subnets: readonly string[];
}

/** An endpoint of HNS. */
export interface EndpointFacts {
  /** The name, `""` for none. */
  readonly name: string;
  /** The id of its network, in lower case. */
  readonly networkId: string;
  /** Its addresses. */
  readonly ips: readonly string[];
  /** Whether it stands for a pod of another node. */
  readonly remote: boolean;
}

/** The Host Network Service. */
export interface HnsFacts {
  /** Its version: `15.5`. */
  readonly version: string;
  /** What this build can do, of what a service proxy asks for. */
  readonly features: readonly Feature[];
  /** Its networks. */
  readonly networks: readonly NetworkFacts[];
  /** Its endpoints. */
  readonly endpoints: readonly EndpointFacts[];
  /** How many load balancers there are, and how many of them take a block of ports each. */
  readonly loadBalancers: {
    /** All. */
    readonly all: number;
    /** Those without direct server return. */
    readonly withPortBlock: number;
  };
}

/** A range of ports. */
export interface PortRange {
  /** The first port. */
  readonly first: number;
  /** The last port. */
  readonly last: number;
}

/** The ports that the system keeps for itself. */
export interface PortFacts {
  /** The protocol and family: `TCP over IPv4`. */
  readonly of: string;
  /** The ports that it gives to programs that ask for any. */
  readonly dynamic: PortRange;
  /** The ports that nobody can listen on. */
  readonly excluded: readonly PortRange[];
}

/** A running program. */
export interface ProcessFacts {
  /** Its id. */
  readonly pid: number;
  /** The name of its file, without folder: `kube-proxy.exe`. */
  readonly name: string;
}

/** The interface for service addresses of the userspace backend. */
export interface ServiceInterfaceFacts {
  /** Its name. */
  readonly name: string;
  /** The rule that chose it. */
  readonly rule: string;
}

/** What is known of a node. */
export interface NodeFacts {
  /** The node's name, as the API server is to know it. */
  readonly name: string;
  /** The HNS network that was asked for, `null` for none. */
  readonly networkName: string | null;
  /** The operating system. */
  readonly system: Probed<SystemFacts>;
  /** The network interfaces. */
  readonly interfaces: Probed<readonly InterfaceFacts[]>;
  /** The Host Network Service. */
  readonly hns: Probed<HnsFacts>;
  /** The source VIP. */
  readonly sourceVip: Probed<SourceVip>;
  /** The interface for service addresses. */
  readonly serviceInterface: Probed<ServiceInterfaceFacts>;
  /** The ports that the system keeps. */
  readonly ports: Probed<readonly PortFacts[]>;
  /** Running service proxies, this process left out. */
  readonly proxies: Probed<readonly ProcessFacts[]>;
}

/** Something that was found out. */
export function found<T>(value: T): Probed<T> {
  return { state: "found", value };
}

/** The value, `null` where it was not found out. */
export function valueOf<T>(probed: Probed<T>): T | null {
  return probed.state === "found" ? probed.value : null;
}
