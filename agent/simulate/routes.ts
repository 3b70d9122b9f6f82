/**
 * What the agent's syncs allow each front end of the simulated services to use, as a timeline.
 *
 * @module
 */
import type { Change, EndpointView } from "../../core/mod.ts";
import { addressOf } from "../../core/mod.ts";
import type { SimFrontend } from "./model.ts";
import type { AllowedTimeline } from "./timeline.ts";

/** The name of a front end in the timeline. */
export function frontendName(service: string, kind: SimFrontend["kind"]): string {
  return `${service}/${kind}`;
}

/** Enters what a sync has changed. Each simulated Service has one port, of one family. */
export function recordSync(
  timeline: AllowedTimeline,
  changes: readonly Change[],
  when: { readonly computedAt: number; readonly appliedAt: number },
): void {
  for (const change of changes) {
    const { service, endpoints } = change.type === "remove"
      ? { service: change.before.service, endpoints: [] }
      : change.now;
    const used = (is: (endpoint: EndpointView) => boolean): readonly string[] =>
      endpoints.filter(is).map(({ ip, port }) => addressOf(ip, port));
    timeline.record({
      key: frontendName(service, "ClusterIP"),
      endpoints: used((endpoint) => endpoint.internal),
      ...when,
    });
    timeline.record({
      key: frontendName(service, "NodePort"),
      endpoints: used((endpoint) => endpoint.external),
      ...when,
    });
  }
}
