/**
 * Keeps metrics and writes them down. What is counted rarely is kept here; what is counted in hot code
 * stays a plain field there, and a collector reads it when somebody asks for the metrics.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import { Histogram } from "./histogram.ts";
import type { MetricSpec } from "./metric.ts";
import { type Labels, type MetricName, METRICS, type NameOf } from "./table.ts";
import { headerLines, labelledLine, sampleLine } from "./text_format.ts";

/** Writes one sample down. */
export type Emit = <Name extends NameOf<"counter" | "gauge">>(
  name: Name,
  labels: Labels<Name>,
  value: number,
) => void;

/** Reads what is counted elsewhere, whenever the metrics are asked for. */
export type Collector = (emit: Emit) => void | Promise<void>;

/** All metrics of the program. */
export class Registry {
  readonly #log: Logger;
  readonly #numbers = new Map<MetricName, Map<string, Kept>>();
  readonly #histograms = new Map<MetricName, Map<string, KeptHistogram>>();
  readonly #collectors: Collector[] = [];

  /** Makes a registry without samples; `log` hears of collectors that fail. */
  constructor(log: Logger) {
    this.#log = log;
    for (const name of Object.keys(METRICS).filter(isMetricName)) {
      if (METRICS[name].type === "histogram") this.#histograms.set(name, new Map());
      else this.#numbers.set(name, new Map());
    }
  }

  /** Counts further. */
  add<Name extends NameOf<"counter">>(name: Name, labels: Labels<Name>, by = 1): void {
    const kept = this.#kept(name, labels);
    kept.value += by;
  }

  /** Sets a gauge. */
  set<Name extends NameOf<"gauge">>(name: Name, labels: Labels<Name>, value: number): void {
    const kept = this.#kept(name, labels);
    kept.value = value;
  }

  /** Puts a value into a histogram. */
  observe<Name extends NameOf<"histogram">>(name: Name, labels: Labels<Name>, value: number): void {
    const spec: MetricSpec = METRICS[name];
    const pairs = pairsOf(spec, labels);
    const samples = this.#histograms.get(name);
    if (samples === undefined || spec.type !== "histogram") return;
    const key = pairs.join("\0");
    let kept = samples.get(key);
    if (kept === undefined) {
      kept = { pairs, histogram: new Histogram(spec.buckets) };
      samples.set(key, kept);
    }
    kept.histogram.observe(value);
  }

  /** Has the collector asked whenever the metrics are. */
  collect(collector: Collector): void {
    this.#collectors.push(collector);
  }

  /** All metrics in the text format. A collector that fails is left out, logged and counted. */
  async text(): Promise<string> {
    const lines = new Map<MetricName, string[]>();
    const emit: Emit = (name, labels, value) => {
      const line = labelledLine(name, METRICS[name].labels, labels, value);
      const known = lines.get(name);
      if (known === undefined) lines.set(name, [line]);
      else known.push(line);
    };
    for (const collector of this.#collectors) {
      try {
        await collector(emit);
      } catch (err) {
        this.add("windlass_collector_failures_total", {});
        this.#log.error("Cannot read a part of the metrics; the others are there", { err });
      }
    }
    let text = "";
    for (const name of Object.keys(METRICS).filter(isMetricName)) {
      const samples = this.#samplesOf(name) + (lines.get(name)?.join("") ?? "");
      if (samples !== "") text += headerLines(name, METRICS[name]) + samples;
    }
    return text;
  }

  #kept(name: NameOf<"counter" | "gauge">, labels: Readonly<Record<string, string>>): Kept {
    const pairs = pairsOf(METRICS[name], labels);
    const key = pairs.join("\0");
    const samples = this.#numbers.get(name);
    const known = samples?.get(key);
    if (known !== undefined) return known;
    const kept = { pairs, value: 0 };
    samples?.set(key, kept);
    return kept;
  }

  #samplesOf(name: MetricName): string {
    let text = "";
    for (const { pairs, value } of this.#numbers.get(name)?.values() ?? []) {
      text += sampleLine(name, pairs, value);
    }
    for (const { pairs, histogram } of this.#histograms.get(name)?.values() ?? []) {
      text += histogram.lines(name, pairs);
    }
    return text;
  }
}

interface Kept {
  readonly pairs: readonly string[];
  value: number;
}

interface KeptHistogram {
  readonly pairs: readonly string[];
  readonly histogram: Histogram;
}

function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}

/** Names and values of the labels by turns, in the order of the table. */
function pairsOf(spec: MetricSpec, labels: Readonly<Record<string, string>>): readonly string[] {
  return spec.labels.flatMap((label) => [label, labels[label] ?? ""]);
}
