/**
 * What the status page and `windlass top` are told, as plain JSON: the whole state once, then what
 * changed, at most once a second.
 *
 * @module
 */
import type { FrontendKind, Protocol, ServiceType } from "../../core/mod.ts";

/** How good or bad something is: `off` is neither. */
export type Level = "good" | "off" | "warn" | "bad";

/** A judgement, with the rule that made it. */
export interface Verdict {
  /** How good or bad it is. */
  readonly level: Level;
  /** The rule's name. */
  readonly rule: string;
  /** What it means, in words. */
  readonly why: string;
}

/** Where a service is reached, as a row shows it. */
export interface RowFrontend {
  /** The kind of address. */
  readonly kind: FrontendKind;
  /** `ip:port`, or `*:port` for a node port. */
  readonly address: string;
  /** The protocol. */
  readonly protocol: Protocol;
}

/** One service in the list. */
export interface ServiceRow {
  /** `namespace/name`. */
  readonly service: string;
  /** The Service's type; `""` where it is not proxied. */
  readonly type: ServiceType | "";
  /** How it is. */
  readonly verdict: Verdict;
  /** The first few of its frontends. */
  readonly frontends: readonly RowFrontend[];
  /** How many frontends there are besides. */
  readonly more: number;
  /** How many endpoints are known. */
  readonly endpoints: number;
  /** How many of them this node uses. */
  readonly used: number;
}

/** What a service's listeners have counted: the service, then four numbers. */
export type TrafficCounts = readonly [
  service: string,
  active: number,
  connections: number,
  bytesIn: number,
  bytesOut: number,
];

/** One sync of the past. */
export interface SyncPoint {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  /** How many service ports changed. */
  readonly changes: number;
  /** How many operations came of it. */
  readonly ops: number;
  /** How long the pipeline took, in milliseconds. */
  readonly stepMs: number;
  /** How long the plan took, in milliseconds. */
  readonly planMs: number;
  /** How long the operations took, in milliseconds. */
  readonly applyMs: number;
}

/** One try of an operation. */
export interface OpPoint {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  /** The verb. */
  readonly op: string;
  /** What it acted on. */
  readonly key: string;
  /** Why it was done, in words. */
  readonly because: string;
  /** What was met; `""` if it was done. */
  readonly error: string;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
}

/** One report of the source. */
export interface ReportPoint {
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
  /** How grave it is. */
  readonly severity: string;
  /** What it is about: a file, an object, a server. */
  readonly where: string;
  /** What was met. */
  readonly message: string;
}

/** An operation that waits because something failed. */
export interface TroubledOp {
  /** The verb. */
  readonly op: string;
  /** What it acts on. */
  readonly key: string;
  /** What happens next: `retrying`, `failed` for good, `blocked` by another one. */
  readonly state: "retrying" | "failed" | "blocked";
  /** What was met, or what it waits for. */
  readonly error: string;
}

/** The platform as it was seen, where it can be asked. */
export interface PlatformStatus {
  /** What it is: `overlay network vxlan0`. */
  readonly name: string;
  /** Objects by kind. */
  readonly objects: readonly {
    /** The kind. */
    readonly kind: string;
    /** How many there are. */
    readonly all: number;
    /** How many of them are ours. */
    readonly ours: number;
  }[];
  /** When it was last looked at, in milliseconds since 1970; `null` before the first time. */
  readonly lookedAt: number | null;
  /** How long that look took, in milliseconds. */
  readonly lookMs: number;
  /** Why the last look failed; `""` if it did not. */
  readonly error: string;
  /** What the last look found missing or wrong, and how often looks found anything since the first. */
  readonly drift: {
    /** What the last look found: the first few. */
    readonly last: readonly { readonly op: string; readonly key: string }[];
    /** How much the last look found. */
    readonly count: number;
    /** How many looks after the first found something. */
    readonly looks: number;
  };
  /** What is waited for, in words. */
  readonly waits: readonly string[];
}

/** How everything is, in short. */
export interface Overview {
  /** The version of Windlass. */
  readonly version: string;
  /** The node. */
  readonly node: string;
  /** The backend's name. */
  readonly backend: string;
  /** When the program began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** When this was written, in milliseconds since 1970. */
  readonly now: number;
  /** How it is on the whole. */
  readonly verdict: Verdict;
  /** How many services the cluster has. */
  readonly services: number;
  /** How many syncs there were. */
  readonly syncs: number;
  /** When the last one ended, in milliseconds since 1970; `null` before the first. */
  readonly lastSyncAt: number | null;
  /** Where state comes from. */
  readonly source: {
    /** Its name. */
    readonly name: string;
    /** How it is. */
    readonly state: "starting" | "ok" | "trouble" | "ended";
    /** How many problems with the input were reported. */
    readonly problems: number;
  };
  /** The operations. */
  readonly ops: {
    /** How many wait for their turn. */
    readonly pending: number;
    /** How many run. */
    readonly inFlight: number;
    /** How many were carried out. */
    readonly succeeded: number;
    /** How many wait because something failed. */
    readonly troubled: number;
    /** The first few of those. */
    readonly troubles: readonly TroubledOp[];
  };
  /** Connections through this process; `null` where it carries none. */
  readonly traffic: {
    /** How many listeners are open. */
    readonly listeners: number;
    /** How many connections live. */
    readonly active: number;
    /** How many connections drain. */
    readonly draining: number;
    /** Who carries them. */
    readonly dataPath: string;
  } | null;
  /** The platform; `null` where it cannot be asked. */
  readonly platform: PlatformStatus | null;
  /** Who is told of the cluster; `null` where this process acts for a node itself. */
  readonly clients: {
    /** How many are connected. */
    readonly connected: number;
    /** How many streams they have open. */
    readonly streams: number;
  } | null;
}

/** What is told: the first update begins anew, those that follow say what changed. */
export interface Update {
  /** Whether everything that was told before is to be forgotten. */
  readonly reset?: true;
  /** Whether the list of services is complete from here on. */
  readonly complete?: true;
  /** How everything is. */
  readonly overview?: Overview;
  /** Services that are new or changed. */
  readonly rows?: readonly ServiceRow[];
  /** Services that are gone. */
  readonly gone?: readonly string[];
  /** Counts that changed. */
  readonly counts?: readonly TrafficCounts[];
  /** Syncs since the last update, oldest first. */
  readonly syncs?: readonly SyncPoint[];
  /** Operations since the last update, oldest first. */
  readonly ops?: readonly OpPoint[];
  /** Reports since the last update, oldest first. */
  readonly reports?: readonly ReportPoint[];
}

/** How many syncs, operations and reports are remembered. */
export const REMEMBERED = { syncs: 120, ops: 200, reports: 50 } as const;
