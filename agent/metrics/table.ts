/**
 * The table of all metrics, by name. The registry takes no other names, the reference page is made
 * from it, and a test holds the dashboard and the alerts to it.
 *
 * @module
 */
import { KUBE_PROXY_METRICS } from "./kube_proxy_metrics.ts";
import type { LabelsOf } from "./metric.ts";
import { WINDLASS_METRICS } from "./windlass_metrics.ts";

/** All metrics, in the order in which they are written. */
export const METRICS = { ...KUBE_PROXY_METRICS, ...WINDLASS_METRICS } as const;

/** The table's type. */
export type Metrics = typeof METRICS;

/** The name of a metric. */
export type MetricName = keyof Metrics;

/** The names of the metrics of one type. */
export type NameOf<Type extends Metrics[MetricName]["type"]> = {
  [Name in MetricName]: Metrics[Name]["type"] extends Type ? Name : never;
}[MetricName];

/** The labels of a metric's samples. */
export type Labels<Name extends MetricName> = LabelsOf<Metrics[Name]>;
