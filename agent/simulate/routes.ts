/**
 * What the agent's syncs allow each front end of the simulated services to use, as a timeline.
 *
 * @module
 */
import type { Change, EndpointView, Protocol } from "../../core/mod.ts";
import { addressOf } from "../../core/mod.ts";
import type { SimFrontend } from "./model.ts";
import type { AllowedTimeline } from "./timeline.ts";

/** The name of a front end in the timeline. */
export function frontendName(
  service: string,
  kind: SimFrontend["kind"],
  protocol: Protocol,
): string {
  return `${service}/${kind}/${protocol}`;
}

/** Enters what a view has changed. Each simulated Service has one port of a protocol. */
export function beginSync(
  timeline: AllowedTimeline,
  changes: readonly Change[],
  computedAt: number,
): void {
  for (const change of changes) {
    const { service, protocol, endpoints } = change.type === "remove"
      ? { ...change.before, endpoints: [] }
      : change.now;
    const used = (is: (endpoint: EndpointView) => boolean): readonly string[] =>
      endpoints.filter(is).map(({ ip, port }) => addressOf(ip, port));
    timeline.begin({
      key: frontendName(service, "ClusterIP", protocol),
      endpoints: used((endpoint) => endpoint.internal),
      computedAt,
    });
    timeline.begin({
      key: frontendName(service, "NodePort", protocol),
      endpoints: used((endpoint) => endpoint.external),
      computedAt,
    });
  }
}

/** Enters that what a view has changed is in force. */
export function settleSync(
  timeline: AllowedTimeline,
  changes: readonly Change[],
  appliedAt: number,
): void {
  for (const change of changes) {
    const { service, protocol } = change.type === "remove" ? change.before : change.now;
    for (const kind of ["ClusterIP", "NodePort"] as const) {
      timeline.settle(frontendName(service, kind, protocol), appliedAt);
    }
  }
}
