/**
 * What the userspace backend is asked for, as plain data: listeners, and the operations that make
 * them real.
 *
 * @module
 */
import type { FrontendKind } from "../../core/mod.ts";
import type { Op } from "../backend.ts";

/** The protocols that this backend proxies. */
export const LISTENER_PROTOCOLS = ["TCP"] as const;

/** A protocol that this backend proxies. */
export type ListenerProtocol = typeof LISTENER_PROTOCOLS[number];

/** The ways to choose an endpoint for a new connection. */
export const BALANCING_POLICIES = ["round-robin"] as const;

/** A way to choose an endpoint for a new connection. */
export type BalancingPolicy = typeof BALANCING_POLICIES[number];

/** One listening socket and where its connections go. */
export interface ListenerSpec {
  /** `TCP/10.96.0.10:80`; the same socket always has the same key. */
  readonly key: string;
  /** The protocol. */
  readonly protocol: ListenerProtocol;
  /** The address to listen on; `0.0.0.0` or `::` for all of a family. */
  readonly ip: string;
  /** The port to listen on. */
  readonly port: number;
  /** The service port that it serves: `default/web:http`. */
  readonly servicePort: string;
  /** Which of the service port's frontends it is. */
  readonly kind: FrontendKind;
  /** How an endpoint is chosen. */
  readonly policy: BalancingPolicy;
  /** How long a client stays with its endpoint, in seconds; 0 for no affinity. */
  readonly affinitySeconds: number;
  /** The endpoints that it may use, as `ip:port`, sorted, each once. */
  readonly backends: readonly string[];
}

/** One operation of the userspace backend. */
export type UserspaceOp =
  | Op & {
    /** Puts an address on the service interface, or takes it off. */
    readonly op: "assign-address" | "release-address";
    /** The address. */
    readonly ip: string;
  }
  | Op & {
    /**
     * Opens a listener, or changes an open one in place. Either does what the other does where the
     * listener is not, or already, open.
     */
    readonly op: "open" | "update";
    /** What it is from now on. */
    readonly listener: ListenerSpec;
  }
  | Op & {
    /** Stops accepting; live connections go on to their end. */
    readonly op: "close";
  }
  | Op & {
    /** Says, once, that a service port is not proxied. */
    readonly op: "unsupported";
    /** The service port. */
    readonly servicePort: string;
    /** Why not, and what would do. */
    readonly reason: string;
  };

/** The key of the operations on an address. */
export function addressKey(ip: string): string {
  return `address/${ip}`;
}

/** Whether the address stands for all addresses of its family. */
export function isWildcard(ip: string): boolean {
  return ip === "0.0.0.0" || ip === "::";
}

/** Whether two listeners are the same in every respect. */
export function sameListener(a: ListenerSpec, b: ListenerSpec): boolean {
  return a.key === b.key && a.servicePort === b.servicePort && a.kind === b.kind &&
    a.policy === b.policy && a.affinitySeconds === b.affinitySeconds &&
    sameBackends(a, b);
}

/** Whether two listeners use the same endpoints. */
export function sameBackends(a: ListenerSpec, b: ListenerSpec): boolean {
  return a.backends === b.backends ||
    a.backends.length === b.backends.length &&
      a.backends.every((address, index) => address === b.backends[index]);
}
