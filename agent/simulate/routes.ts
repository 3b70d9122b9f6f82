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

/** Enters what a sync has changed. Each simulated Service has one port of a protocol. */
export function recordSync(
  timeline: AllowedTimeline,
  changes: readonly Change[],
  when: { readonly computedAt: number; readonly appliedAt: number },
): void {
  for (const change of changes) {
    const { service, protocol, endpoints } = change.type === "remove"
      ? { ...change.before, endpoints: [] }
      : change.now;
    const used = (is: (endpoint: EndpointView) => boolean): readonly string[] =>
      endpoints.filter(is).map(({ ip, port }) => addressOf(ip, port));
    timeline.record({
      key: frontendName(service, "ClusterIP", protocol),
      endpoints: used((endpoint) => endpoint.internal),
      ...when,
    });
    timeline.record({
      key: frontendName(service, "NodePort", protocol),
      endpoints: used((endpoint) => endpoint.external),
      ...when,
    });
  }
}
