/**
 * Writes the table of metrics as a page of the book. Pure.
 *
 * @module
 */
import { LEFT_OUT } from "./kube_proxy_metrics.ts";
import { METRIC_ORIGINS, type MetricOrigin, type MetricSpec } from "./metric.ts";
import { METRICS } from "./table.ts";
import { SLI_METRICS } from "./healthcheck_slis.ts";

const TITLES: Readonly<Record<MetricOrigin, string>> = {
  "kube-proxy": "kube-proxy's",
  "client-go": "Of the client of the API server",
  "component-base": "Of every Kubernetes component",
  "process": "Of the process",
  "windlass": "Windlass' own",
};

const INTRODUCTION = `<!-- deno-fmt-ignore-file -->

# Metrics

<!-- Written by "deno task docs:metrics" from agent/metrics. Do not edit. -->

\`/metrics\` at \`--metrics-bind-address\` (127.0.0.1:10249; with source \`file\` only if it is given) serves these in
Prometheus' text format 0.0.4. What kube-proxy has keeps its name, labels, buckets and help, so that existing
dashboards and alerts go on working. A metric with labels appears with its first sample.

A dashboard for Grafana and alerts for Prometheus are in [deploy/grafana](../../deploy/grafana).

How many series there are is bounded: \`--metrics-detail\` chooses between \`total\` (no series of single services),
\`listener\` (the default: a few for each of a service's addresses, 2,000 listeners at most) and \`endpoint\` (also a
few for each endpoint of each listener, 10,000 at most). Totals always count everything;
\`windlass_series_left_out\` tells what has no series of its own.
`;

const HEAD = "| name | type | labels | meaning |\n|---|---|---|---|\n";

/** The page. */
export function metricsPage(): string {
  const parts = METRIC_ORIGINS.map((origin) => {
    const rows = Object.entries(METRICS).filter(([, spec]) => spec.origin === origin);
    return `\n## ${TITLES[origin]}\n\n${HEAD}` +
      rows.map(([name, spec]) => rowOf(name, spec)).join("");
  });
  const slis = Object.entries(SLI_METRICS).map(([name, spec]) => rowOf(name, spec)).join("");
  const left = LEFT_OUT.map(({ names, why }) => `| ${names} | ${why} |\n`).join("");
  return `${INTRODUCTION}${
    parts.join("")
  }\n## On \`/metrics/slis\`\n\n${HEAD}${slis}\n## Not here\n\n| name | why |\n|---|---|\n${left}`;
}

function rowOf(name: string, spec: MetricSpec): string {
  const labels = spec.labels.map((label) => `\`${label}\``).join(", ");
  const buckets = spec.type === "histogram" ? ` Buckets: ${bucketsText(spec.buckets)}.` : "";
  const note = spec.note === undefined ? "" : ` ${spec.note}`;
  const help = spec.help.replace(/^\[[A-Z]+\] /, "");
  const text = `${help.replace(/\.?$/, ".")}${buckets}${note}`.replaceAll("|", "\\|");
  return `| \`${name}\` | ${spec.type} | ${labels || "–"} | ${text} |\n`;
}

/** All of a few buckets; of many the first two and the last. */
function bucketsText(buckets: readonly number[]): string {
  const short = buckets.map((bucket) => String(Number(bucket.toPrecision(4))));
  if (short.length <= 12) return short.join(" ");
  return `${short.slice(0, 3).join(" ")} … ${short.at(-1)} (${short.length})`;
}
