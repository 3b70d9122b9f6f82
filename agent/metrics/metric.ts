/**
 * What a metric is: plain data, from which the registry, the documentation and the dashboard's test
 * are made.
 *
 * @module
 */

/** Where a metric's name and meaning come from. */
export const METRIC_ORIGINS = [
  "kube-proxy",
  "client-go",
  "component-base",
  "process",
  "windlass",
] as const;

/** Where a metric's name and meaning come from. */
export type MetricOrigin = typeof METRIC_ORIGINS[number];

interface MetricBase {
  /** Where name and meaning come from: what others look for under this name. */
  readonly origin: MetricOrigin;
  /** What it measures: the HELP line. */
  readonly help: string;
  /** The names of its labels, in the order in which they are written. */
  readonly labels: readonly string[];
  /** What to know about it here, for the reference page: how it differs, what bounds its labels. */
  readonly note?: string;
}

/** A number that only grows. */
export interface CounterSpec extends MetricBase {
  /** The type. */
  readonly type: "counter";
}

/** A number that goes up and down. */
export interface GaugeSpec extends MetricBase {
  /** The type. */
  readonly type: "gauge";
}

/** How often values fell under each of a row of limits. */
export interface HistogramSpec extends MetricBase {
  /** The type. */
  readonly type: "histogram";
  /** The limits, growing, without the last one, which is infinity. */
  readonly buckets: readonly number[];
}

/** A metric. */
export type MetricSpec = CounterSpec | GaugeSpec | HistogramSpec;

/** The labels of one sample: a value for each name of the metric's labels. */
export type LabelsOf<Spec extends MetricSpec> = Readonly<Record<Spec["labels"][number], string>>;

/** `count` limits, the first one `start`, each `factor` times the one before. */
export function exponential(start: number, factor: number, count: number): readonly number[] {
  // 0.001 * 2 ** 3 is 0.008 exactly, where multiplying step by step would gather errors
  return Array.from({ length: count }, (_, n) => start * factor ** n);
}

/** `count` limits, the first one `start`, each `step` above the one before. */
export function linear(start: number, step: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => start + step * n);
}
