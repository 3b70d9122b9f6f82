/**
 * How much detail the metrics of connections have: the choices of `--metrics-detail`.
 *
 * @module
 */

/** How much detail the metrics of connections have. */
export const METRIC_DETAILS = ["total", "listener", "endpoint"] as const;

/** How much detail the metrics of connections have. */
export type MetricDetail = typeof METRIC_DETAILS[number];
