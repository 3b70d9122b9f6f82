/**
 * Counts and measurements of one scenario, or of all. Hot counters are plain fields.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { Histogram } from "./histogram.ts";
import type { Verdict } from "./verdict.ts";

/** Judged requests, by verdict. */
export class Counts {
  /** Requests that were judged, but for those that the scenario itself broke. */
  requests = 0;
  /** Requests without the right answer. */
  failed = 0;
  /** Requests answered by an endpoint that the view did not allow. */
  misrouted = 0;
  /** Kept connections that ended, and flows that moved, although they should have stayed. */
  connectionsCut = 0;
  /** Requests that the scenario itself broke: their pod finished or died. */
  excused = 0;
  /** Connections, and flows, that clients opened. */
  connections = 0;
  /** From a request (the dial, for the first of a connection) to its whole reply. */
  readonly latencyMs: Histogram = new Histogram();

  /** Counts a judged request. */
  count(verdict: Verdict): void {
    switch (verdict) {
      case "excused":
        this.excused += 1;
        return;
      case "failed":
        this.failed += 1;
        break;
      case "misrouted":
        this.misrouted += 1;
        break;
      case "cut":
        this.connectionsCut += 1;
        break;
      case "answered":
        break;
      default:
        return unreachable(verdict);
    }
    this.requests += 1;
  }

  /** Adds all of other counts to these. */
  addCounts(other: Counts): void {
    this.requests += other.requests;
    this.failed += other.failed;
    this.misrouted += other.misrouted;
    this.connectionsCut += other.connectionsCut;
    this.excused += other.excused;
    this.connections += other.connections;
    this.latencyMs.addAll(other.latencyMs);
  }

  /** Whether nothing went wrong. */
  get clean(): boolean {
    return this.failed + this.misrouted + this.connectionsCut === 0;
  }
}

/** What of it was UDP. */
export class UdpFigures extends Counts {
  /** Queries that were sent again, because no reply had come in time. */
  retries = 0;
}

/** Counts and measurements of one scenario, or of all. Those of UDP are among them. */
export class Figures extends Counts {
  /** Bytes that clients sent and received. */
  bytes = 0;
  /** Syncs of the agent. */
  syncs = 0;
  /** How long a sync took: step, plan and apply. */
  readonly syncMs: Histogram = new Histogram();
  /** From the API write that adds a ready endpoint to the first reply that it serves. */
  readonly changeToTrafficMs: Histogram = new Histogram();
  /** What of it was UDP. */
  readonly udp: UdpFigures = new UdpFigures();

  /** Adds all of other figures to these. */
  addAll(other: Figures): void {
    this.addCounts(other);
    this.bytes += other.bytes;
    this.syncs += other.syncs;
    this.syncMs.addAll(other.syncMs);
    this.changeToTrafficMs.addAll(other.changeToTrafficMs);
    this.udp.addCounts(other.udp);
    this.udp.retries += other.udp.retries;
  }
}
