/**
 * What a probe is made of, as plain data: what is asked, what is expected, what was seen, and what
 * that comes to. This is also the JSON that agents answer with and that `-o json` prints.
 *
 * @module
 */
import { FRONTEND_KINDS, type FrontendKind, type IpFamily } from "../../core/mod.ts";

/** What can be probed: the kinds of frontend, and endpoints themselves. */
export const TARGET_KINDS = [...FRONTEND_KINDS, "Endpoint"] as const;

/** What can be probed. */
export type TargetKind = FrontendKind | "Endpoint";

/** What the view says of an address. */
export type Expected =
  /** One of these endpoints answers. */
  | {
    readonly answer: "one-of";
    /** `ip:port`, in the view's order. */
    readonly endpoints: readonly string[];
    /** Whether a client stays with its endpoint. */
    readonly sticky: boolean;
    /** Whether no answer is right, too: backends differ in what they do for the node's own clients. */
    readonly optional: boolean;
    /** The rule that says so. */
    readonly rule: string;
  }
  /** Nobody answers: connections are refused, dropped, or closed at once. */
  | { readonly answer: "nobody"; readonly rule: string }
  /** The view does not say, for want of what the client's address is. */
  | { readonly answer: "unsure"; readonly rule: string };

/** One address to probe. */
export interface Target {
  /** What makes it one of a kind: `default/web:http/TCP/IPv4 ClusterIP 10.96.0.10:80`. */
  readonly key: string;
  /** The service port, `namespace/name:port`. */
  readonly name: string;
  /** The protocol. */
  readonly protocol: "TCP" | "UDP";
  /** The family. */
  readonly family: IpFamily;
  /** What it is. */
  readonly kind: TargetKind;
  /** The node whose port it is, `""` for all else. */
  readonly node: string;
  /** The address. */
  readonly ip: string;
  /** The port. */
  readonly port: number;
  /** What the view says. */
  readonly expected: Expected;
}

/** The words for what came of one question. */
export const SIGHTS = [
  "answered",
  "open",
  "closed",
  "refused",
  "silent",
  "failed",
] as const;

/**
 * What came of one question. `answered`: with an answer to it. `open`: connected, and no answer came.
 * `closed`: connected, and the other side ended it without an answer. `refused`: it was turned down at once. `silent`: nothing came back.
 * `failed`: this machine could not ask; `name` says why.
 */
export interface Sight {
  /** What came. */
  readonly seen: typeof SIGHTS[number];
  /** The name that the answer gives, of a host or `ip:port`; `""` for none. */
  readonly name: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** What a cell can be. */
export const MARKS = ["ok", "wrong", "unknown"] as const;

/** What a cell is. */
export type Mark = typeof MARKS[number];

/** One address as one prober sees it. */
export interface Cell extends Target {
  /** What was seen, in order. */
  readonly sights: readonly Sight[];
  /** What it comes to. */
  readonly mark: Mark;
  /** The rule that decided. */
  readonly verdict: string;
  /** The same in words. */
  readonly why: string;
}

/** All that one prober saw. */
export interface Column {
  /** The prober: its node's name, or what it was called. */
  readonly from: string;
  /** The cells, in the view's order. */
  readonly cells: readonly Cell[];
  /** What was not probed, and why. */
  readonly leftOut: readonly string[];
}

/** What all probers saw. */
export interface Round {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  /** A column for each prober. */
  readonly columns: readonly Column[];
  /** The probers that could not be asked, and why. */
  readonly failures: readonly {
    /** The agent. */
    readonly agent: string;
    /** Why it did not answer. */
    readonly why: string;
  }[];
}

/** How many cells of a round are so. */
export function countOf({ columns }: Round, mark: Mark): number {
  return columns.reduce((sum, { cells }) => {
    return sum + cells.filter((cell) => cell.mark === mark).length;
  }, 0);
}

/** Whether everything was seen as the view says, by everybody. */
export function isRight(round: Round): boolean {
  return countOf(round, "wrong") === 0 && round.failures.length === 0;
}
