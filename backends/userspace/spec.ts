/**
 * What the userspace backend is asked for, as plain data: listeners, and the operations that make
 * them real.
 *
 * @module
 */
import type { FrontendKind } from "../../core/mod.ts";
import type { Op } from "../backend.ts";

/** The protocols that this backend proxies. */
export const LISTENER_PROTOCOLS = ["TCP", "UDP"] as const;

/** A protocol that this backend proxies. */
export type ListenerProtocol = typeof LISTENER_PROTOCOLS[number];

/** The ways to choose an endpoint for a new connection. */
export const BALANCING_POLICIES = [
  "round-robin",
  "random",
  "least-connections",
  "power-of-two",
  "maglev",
] as const;

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
  /** The Service, `default/web`: all of its listeners remember its clients together. */
  readonly service: string;
  /** The service port that it serves: `default/web:http`. */
  readonly servicePort: string;
  /** Which of the service port's frontends it is. */
  readonly kind: FrontendKind;
  /** How an endpoint is chosen. */
  readonly policy: BalancingPolicy;
  /** How long a client stays with its pod, in seconds; 0 for no affinity. */
  readonly affinitySeconds: number;
  /** Whose connections it takes, as CIDRs; empty for everybody's. */
  readonly sourceRanges: readonly string[];
  /** The endpoints that it may use, as `ip:port`, sorted, each once. */
  readonly backends: readonly string[];
  /**
   * The other endpoints that are known, those that shut down, say: connections to them go on, while
   * those to endpoints that are not known any more are cut. `null`: no connection is cut.
   */
  readonly lingering: readonly string[] | null;
  /** Clients that have other endpoints than {@linkcode backends}; `null`: all have the same. */
  readonly localClients: LocalClients | null;
}

/** The clients on the node itself, where the policy for others is not theirs. */
export interface LocalClients {
  /** Who they are, as CIDRs. */
  readonly ranges: readonly string[];
  /** The endpoints that they may use, as `ip:port`, each once. */
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
  }
  | Op & {
    /** Says, once, that a setting of a service is not followed. */
    readonly op: "ignored";
    /** The service. */
    readonly service: string;
    /** What was met, what would be right, and what is done instead. */
    readonly reason: string;
  };

const NONE: readonly string[] = [];

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
  return a.key === b.key && a.service === b.service && a.servicePort === b.servicePort &&
    a.kind === b.kind && a.policy === b.policy && a.affinitySeconds === b.affinitySeconds &&
    sameTexts(a.sourceRanges, b.sourceRanges) && sameBackends(a, b) && sameLingering(a, b) &&
    (a.localClients === null) === (b.localClients === null) &&
    sameTexts(a.localClients?.ranges ?? NONE, b.localClients?.ranges ?? NONE);
}

/** Whether two listeners use the same endpoints, for all of their clients. */
export function sameBackends(a: ListenerSpec, b: ListenerSpec): boolean {
  return sameTexts(a.backends, b.backends) &&
    sameTexts(a.localClients?.backends ?? NONE, b.localClients?.backends ?? NONE);
}

/** The endpoints that any client may use, each once. */
export function endpointsOf({ backends, localClients }: ListenerSpec): readonly string[] {
  return localClients === null ? backends : [...new Set([...backends, ...localClients.backends])];
}

/** Whether there is an endpoint for any client. */
export function hasEndpoints({ backends, localClients }: ListenerSpec): boolean {
  return backends.length > 0 || localClients !== null && localClients.backends.length > 0;
}

/** Whether two listeners let the same endpoints' connections go on. */
export function sameLingering(a: ListenerSpec, b: ListenerSpec): boolean {
  return a.lingering === b.lingering ||
    a.lingering !== null && b.lingering !== null && sameTexts(a.lingering, b.lingering);
}

/** Whether two lists have the same texts in the same order. */
export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a === b || a.length === b.length && a.every((text, index) => text === b[index]);
}
