/**
 * What every listener counts, whichever data path carries it, and the log lines that go with failures.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import { noFailures } from "./balance/backend_address.ts";
import type { EndpointTotals } from "./balance/endpoint_set.ts";
import type { BackendAddress } from "./balancer.ts";
import type { ListenerCounts, ListenerStats, Rejection } from "./data_path.ts";
import type { DialFailure } from "./dial.ts";
import type { ListenerSpec } from "./spec.ts";

/** A count of zero for each cause. */
export function noRejections(): Record<Rejection, number> {
  return { "no-endpoints": 0, "dial-failed": 0, "source-not-allowed": 0, stopped: 0 };
}

/** The counts of a listener as plain data. */
export function listenerStats(
  spec: ListenerSpec,
  port: number,
  counts: Omit<ListenerCounts, "bytesIn" | "bytesOut"> & Pick<ListenerStats, "udp">,
  totals: EndpointTotals,
): ListenerStats {
  const { key, servicePort, kind, ip, backends } = spec;
  return {
    key,
    servicePort,
    kind,
    ip,
    port,
    backends: backends.length,
    ...counts,
    rejected: { ...counts.rejected },
    dialFailures: { ...counts.dialFailures },
    ...totals,
  };
}

/** What a listener has counted so far. */
export class ListenerTally {
  /** Connections accepted. */
  accepted = 0;
  /** Connections that one side broke off. */
  broken = 0;
  /** Connections that this side broke off. */
  cut = 0;
  /** Times that the platform could not accept. */
  acceptFailures = 0;
  /** Connections closed without having been proxied. */
  readonly rejected = noRejections();
  /** Tries to reach an endpoint that failed. */
  readonly dialFailures = noFailures();

  /** Counts how a connection has ended. */
  ended(how: "ended" | "broken" | "cut" | Rejection): void {
    switch (how) {
      case "ended":
        break;
      case "broken":
      case "cut":
        this[how]++;
        break;
      default:
        this.rejected[how]++;
    }
  }

  /** Counts a failed dial and tells of it: the first of a row of failures aloud. */
  dialFailed(
    backend: BackendAddress,
    why: DialFailure,
    error: string,
    { log, service }: { readonly log: Logger; readonly service: string },
  ): void {
    this.dialFailures[why]++;
    backend.dialFailures[why]++;
    const line = `Dial failed: ${why}`;
    const fields = { service, endpoint: backend.address, error };
    // Thousands of clients may meet one dead endpoint: say it once for each row of failures.
    if (backend.failing) log.v(3)?.info(line, fields);
    else log.error(line, fields);
  }
}
