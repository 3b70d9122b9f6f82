/**
 * `/healthz` and `/livez`, with kube-proxy's bodies, headers and codes.
 *
 * @module
 */
import type { ProxyHealthReport } from "./proxy_health.ts";
import { json, type Route } from "./router.ts";

/** What the two routes need. */
export interface HealthRoutesOptions {
  /** How the proxy is. */
  readonly report: () => ProxyHealthReport;
  /** Is told each answer. */
  readonly onAnswer: (page: "healthz" | "livez", code: number) => void;
}

/** The routes of the health server. */
export function healthRoutes({ report, onAnswer }: HealthRoutesOptions): readonly Route[] {
  const answer = (page: "healthz" | "livez") => (): Response => {
    const health = report();
    const right = page === "livez" ? health.live : health.healthy && health.nodeEligible;
    const code = right ? 200 : 503;
    onAnswer(page, code);
    return json(code, healthText(health, page, right));
  };
  const every = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]; // as kube-proxy: any
  return [
    {
      path: "/healthz",
      about: "Whether a load balancer may send new traffic here",
      methods: every,
      answer: answer("healthz"),
    },
    {
      path: "/livez",
      about: "Whether the process is in order; the one for liveness probes",
      methods: every,
      answer: answer("livez"),
    },
  ];
}

/** The body, with its keys in kube-proxy's order. `right` is whether the code is 200. */
export function healthText(
  { now, live, healthy, nodeEligible, lastUpdated, families, blockedBy }: ProxyHealthReport,
  page: "healthz" | "livez",
  right: boolean,
): string {
  const status = Object.fromEntries(
    [...families].map(([family, each]) => [family, {
      lastUpdated: rfc3339(each.lastUpdated),
      healthy: each.healthy,
    }]),
  );
  return JSON.stringify({
    lastUpdated: rfc3339(right ? now : lastUpdated),
    currentTime: rfc3339(now),
    ...(page === "healthz" ? { nodeEligible } : {}),
    healthy: page === "livez" ? live : healthy,
    ...(blockedBy === "" ? {} : { blockedBy }), // kube-proxy has no word for it
    ...(families.size > 0 ? { status } : {}),
  });
}

/** A time as Go writes it: no more digits than it takes, and its own nought where there is none. */
export function rfc3339(ms: number | null): string {
  if (ms === null) return "0001-01-01T00:00:00Z";
  return new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");
}
