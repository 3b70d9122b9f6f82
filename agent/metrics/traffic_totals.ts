/**
 * Sums over all listeners that never go back, although a listener takes its counts along when it
 * closes: what it had counted when it was last seen stays in the sum.
 *
 * @module
 */
import {
  DIAL_FAILURES,
  DROP_CAUSES,
  FLOW_ENDS,
  type ListenerStats,
  type Rejection,
} from "../../backends/mod.ts";
import type { Emit } from "./registry.ts";

/** The protocols that listeners have. */
export type Protocol = "TCP" | "UDP";

const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP"];
const REJECTIONS: readonly Rejection[] = [
  "no-endpoints",
  "dial-failed",
  "source-not-allowed",
  "stopped",
];

/** One sum: how a listener's part of it is read, and how it is written. */
interface Column {
  readonly read: (listener: ListenerStats) => number;
  readonly write: (emit: Emit, sums: Readonly<Record<Protocol, number>>) => void;
}

type ProtocolMetric = "windlass_connections_total";
type CauseMetric =
  | "windlass_dial_failures_total"
  | "windlass_rejected_connections_total"
  | "windlass_dropped_datagrams_total"
  | "windlass_ended_flows_total";

const COLUMNS: readonly Column[] = [
  byProtocol("windlass_connections_total", ({ accepted }) => accepted),
  bytes("in", ({ bytesIn }) => bytesIn),
  bytes("out", ({ bytesOut }) => bytesOut),
  ...DIAL_FAILURES.map((cause) =>
    byCause("windlass_dial_failures_total", cause, ({ dialFailures }) => dialFailures[cause])
  ),
  ...REJECTIONS.map((cause) =>
    byCause("windlass_rejected_connections_total", cause, ({ rejected }) => rejected[cause])
  ),
  ...DROP_CAUSES.map((cause) =>
    byCause("windlass_dropped_datagrams_total", cause, ({ udp }) => udp?.dropped[cause] ?? 0)
  ),
  ...FLOW_ENDS.map((cause) =>
    byCause("windlass_ended_flows_total", cause, ({ udp }) => udp?.flowsEnded[cause] ?? 0)
  ),
];

interface Seen {
  readonly protocol: Protocol;
  readonly counts: readonly number[];
}

/** Sums over all listeners that never go back. */
export class TrafficTotals {
  /** What those counted that are gone. */
  readonly #gone: Readonly<Record<Protocol, number[]>> = { TCP: noughts(), UDP: noughts() };
  #seen: ReadonlyMap<string, Seen> = new Map();

  /** Takes the listeners in as they are now. */
  take(listeners: readonly ListenerStats[]): void {
    const now = new Map<string, Seen>();
    for (const listener of listeners) {
      const protocol = listener.udp === undefined ? "TCP" : "UDP";
      now.set(listener.key, { protocol, counts: COLUMNS.map(({ read }) => read(listener)) });
    }
    for (const [key, before] of this.#seen) {
      const after = now.get(key);
      // One that counts less than before is another one, on the same address.
      if (after === undefined || before.counts.some((count, i) => count > (after.counts[i] ?? 0))) {
        addTo(this.#gone[before.protocol], before.counts);
      }
    }
    this.#seen = now;
  }

  /** Writes the sums down. */
  collect(emit: Emit): void {
    const sums = { TCP: [...this.#gone.TCP], UDP: [...this.#gone.UDP] };
    for (const { protocol, counts } of this.#seen.values()) addTo(sums[protocol], counts);
    COLUMNS.forEach(({ write }, i) =>
      write(emit, { TCP: sums.TCP[i] ?? 0, UDP: sums.UDP[i] ?? 0 })
    );
  }
}

function byProtocol(name: ProtocolMetric, read: Column["read"]): Column {
  return {
    read,
    write(emit, sums) {
      for (const protocol of PROTOCOLS) emit(name, { protocol }, sums[protocol]);
    },
  };
}

function bytes(direction: "in" | "out", read: Column["read"]): Column {
  return {
    read,
    write(emit, sums) {
      for (const protocol of PROTOCOLS) {
        emit("windlass_bytes_total", { protocol, direction }, sums[protocol]);
      }
    },
  };
}

function byCause(name: CauseMetric, cause: string, read: Column["read"]): Column {
  return { read, write: (emit, { TCP, UDP }) => emit(name, { cause }, TCP + UDP) };
}

function addTo(sums: number[], counts: readonly number[]): void {
  counts.forEach((count, i) => sums[i] = (sums[i] ?? 0) + count);
}

function noughts(): number[] {
  return COLUMNS.map(() => 0);
}
