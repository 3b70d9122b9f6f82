/**
 * What the functions of computenetwork.dll can be asked, as data. Whatever calls them, this process
 * or a PowerShell beside it, takes these calls and gives these answers; what they mean is the
 * business of the transport above.
 *
 * @module
 */
import type { HnsEvent, HnsKind } from "../transport.ts";

/** One thing to ask of HNS. Handles are opened and closed within it. */
export type HcnCall =
  | {
    /** Lists the ids of all objects of a kind: a JSON array of GUIDs. */
    readonly op: "enumerate";
    /** The kind. */
    readonly kind: HnsKind;
    /** The query, as JSON. */
    readonly query: string;
  }
  | {
    /** Opens an object, reads its document, closes it. */
    readonly op: "query";
    /** The kind. */
    readonly kind: HnsKind;
    /** The object's id. */
    readonly id: string;
    /** The query, as JSON. */
    readonly query: string;
  }
  | {
    /** Opens a network, creates an endpoint on it, reads its document, closes both. */
    readonly op: "create-endpoint";
    /** The network's id. */
    readonly networkId: string;
    /** The endpoint's id. */
    readonly id: string;
    /** The endpoint's document, as JSON. */
    readonly settings: string;
    /** The query that reads it back, as JSON. */
    readonly query: string;
  }
  | {
    /** Creates a load balancer, reads its document, closes it. */
    readonly op: "create-load-balancer";
    /** Its id. */
    readonly id: string;
    /** Its document, as JSON. */
    readonly settings: string;
    /** The query that reads it back, as JSON. */
    readonly query: string;
  }
  | {
    /** Opens a load balancer, changes it, closes it. */
    readonly op: "modify-load-balancer";
    /** Its id. */
    readonly id: string;
    /** Its whole new document, as JSON. */
    readonly settings: string;
  }
  | {
    /** Deletes an object. */
    readonly op: "delete";
    /** The kind. */
    readonly kind: "endpoint" | "load-balancer";
    /** The object's id. */
    readonly id: string;
  }
  | {
    /** A request to the schema-1 side, `HNSCall` of vmcompute.dll: only it tells the version. */
    readonly op: "hns";
    /** The method: `GET`. */
    readonly method: string;
    /** The path: `/globals/version`. */
    readonly path: string;
    /** The request's body, `""` for none. */
    readonly request: string;
  };

/** What came of a call. */
export interface HcnAnswer {
  /** The HRESULT, signed or unsigned. */
  readonly hresult: number;
  /** The JSON that HNS gave, `""` for none. */
  readonly output: string;
  /** The error record that HNS gave, or whatever else is known of a failure; `""` for none. */
  readonly error: string;
  /** The function that gave the HRESULT: `HcnOpenNetwork`. */
  readonly step: string;
}

/** Something that calls these functions. */
export interface HcnApi {
  /** A short name for logs and metrics. */
  readonly name: string;
  /** How many calls may be under way at a time. */
  readonly concurrency: number;
  /**
   * Calls. A failure is an answer, also one of the way to HNS; what rejects is a mistake of the
   * program. A call that is under way cannot be taken back.
   */
  call(call: HcnCall): Promise<HcnAnswer>;
  /** Calls the listener for what HNS tells by itself, until the answer is called. */
  watch(listener: (event: HnsEvent) => void): () => void;
  /** Gives back what is held. */
  close(): Promise<void>;
}

/** HRESULTs by which this side of HNS tells of its own troubles. */
export const LOCAL_HRESULTS = {
  /** E_UNEXPECTED: an answer that nobody can read. */
  unexpected: 0x8000ffff,
  /** E_FAIL: a failure without a code. */
  failed: 0x80004005,
  /** E_NOTIMPL: the function is missing. */
  notImplemented: 0x80004001,
  /** ERROR_PROCESS_ABORTED: the process that calls HNS has ended. */
  hostEnded: 0x8007042b,
  /** ERROR_TIMEOUT: no answer in time. */
  timedOut: 0x800705b4,
} as const;
