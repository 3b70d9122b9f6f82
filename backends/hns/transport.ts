/**
 * How HNS is reached: one small interface, with HCN schema-2 documents going in and out. A transport
 * translates and nothing more: it keeps no state, decides nothing, and never takes "the call failed"
 * for "the object is gone".
 *
 * @module
 */
import type { HostComputeEndpoint, HostComputeLoadBalancer } from "./documents.ts";
import type { HnsVersion } from "./features.ts";

/** The kinds of object that a service proxy deals with. */
export const HNS_KINDS = ["network", "endpoint", "load-balancer"] as const;

/** A kind of object that a service proxy deals with. */
export type HnsKind = typeof HNS_KINDS[number];

/** Something that HNS tells by itself. There are no events for endpoints and load balancers. */
export type HnsEvent =
  | {
    /** A network came or went. */
    readonly type: "network-created" | "network-deleted";
    /** Its id, `""` where HNS does not tell. */
    readonly id: string;
  }
  | {
    /** HNS went away; nothing is known to be gone, all is to be listed anew when it answers. */
    readonly type: "disconnected";
  };

/** What is to be created, under an id of the caller's choice. */
export type HnsCreation =
  | {
    /** An endpoint on a network. */
    readonly kind: "endpoint";
    /** Its id: a GUID, without braces. */
    readonly id: string;
    /** The network's id. */
    readonly networkId: string;
    /** The document, passed on as it is. */
    readonly document: HostComputeEndpoint;
  }
  | {
    /** A load balancer. */
    readonly kind: "load-balancer";
    /** Its id: a GUID, without braces. */
    readonly id: string;
    /** The document, passed on as it is. */
    readonly document: HostComputeLoadBalancer;
  };

/**
 * A way to reach HNS. Every call rejects with an `HnsError` where HNS refuses or cannot be reached,
 * also for an object that is not there. Ids may come back in another letter case.
 */
export interface HnsTransport {
  /** A short name for logs and metrics: `native`. */
  readonly name: string;
  /** The version of HNS (`/globals/version`). */
  version(signal: AbortSignal): Promise<HnsVersion>;
  /**
   * All objects of a kind, each as its whole schema-2 document (a JSON value, not checked). An object
   * that goes away while the list is made is left out; any other failure fails the list.
   */
  list(kind: HnsKind, signal: AbortSignal): Promise<readonly unknown[]>;
  /** One object's whole schema-2 document (a JSON value, not checked). */
  get(kind: HnsKind, id: string, signal: AbortSignal): Promise<unknown>;
  /** Creates an object and answers with its document as HNS now has it. */
  create(creation: HnsCreation, signal: AbortSignal): Promise<unknown>;
  /**
   * Changes a load balancer in place: takes the whole document, as for create. HNS before 15.5 may
   * answer with success and do nothing, so the caller reads back.
   */
  modifyLoadBalancer(
    id: string,
    document: HostComputeLoadBalancer,
    signal: AbortSignal,
  ): Promise<void>;
  /** Deletes an object. */
  delete(kind: "endpoint" | "load-balancer", id: string, signal: AbortSignal): Promise<void>;
  /**
   * Calls the listener for what HNS tells by itself, until the answer is called. A transport that
   * HNS tells nothing never calls it.
   */
  watch(listener: (event: HnsEvent) => void): () => void;
  /** Gives back what the transport holds. Calls that are under way may still end. */
  close(): Promise<void>;
}
