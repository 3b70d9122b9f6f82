/**
 * The health checks of the metrics server as Kubernetes' components count them, for `/metrics/slis`:
 * few and cheap, so that they can be asked for every few seconds.
 *
 * @module
 */
import type { MetricSpec } from "./metric.ts";
import { headerLines, sampleLine } from "./text_format.ts";

/** The metrics of `/metrics/slis`, which stand on no other page. */
export const SLI_METRICS = {
  kubernetes_healthcheck: {
    origin: "component-base",
    type: "gauge",
    help: "[STABLE] This metric records the result of a single healthcheck.",
    labels: ["name", "type"],
  },
  kubernetes_healthchecks_total: {
    origin: "component-base",
    type: "counter",
    help: "[STABLE] This metric records the results of all healthcheck.",
    labels: ["name", "status", "type"],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** A health check that was carried out. */
export interface Healthcheck {
  /** Its name: `ping`. */
  readonly name: string;
  /** The page for which it was: `healthz`. */
  readonly type: string;
  /** What came of it. */
  readonly status: "success" | "error";
}

/** Counts health checks. */
export class HealthcheckSlis {
  readonly #counts = new Map<string, Healthcheck & { readonly count: number }>();
  readonly #last = new Map<string, Healthcheck>();

  /** Takes the result of a check. */
  observe(check: Healthcheck): void {
    const { name, type, status } = check;
    const key = [name, status, type].join("\0");
    this.#counts.set(key, { ...check, count: (this.#counts.get(key)?.count ?? 0) + 1 });
    this.#last.set([name, type].join("\0"), check);
  }

  /** Forgets all results. */
  reset(): void {
    this.#counts.clear();
    this.#last.clear();
  }

  /** All in the text format; a metric appears with its first check. */
  text(): string {
    const last = [...this.#last.values()].map(({ name, type, status }) =>
      sampleLine(
        "kubernetes_healthcheck",
        ["name", name, "type", type],
        Number(status === "success"),
      )
    );
    const counts = [...this.#counts.values()].map(({ name, status, type, count }) =>
      sampleLine(
        "kubernetes_healthchecks_total",
        ["name", name, "status", status, "type", type],
        count,
      )
    );
    return family("kubernetes_healthcheck", last) + family("kubernetes_healthchecks_total", counts);
  }
}

function family(name: keyof typeof SLI_METRICS, samples: readonly string[]): string {
  return samples.length === 0 ? "" : headerLines(name, SLI_METRICS[name]) + samples.join("");
}
