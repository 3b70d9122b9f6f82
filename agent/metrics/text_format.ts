/**
 * Writes metrics in Prometheus' text format 0.0.4. Pure.
 *
 * @module
 */
import type { MetricSpec } from "./metric.ts";

/** The media type of the format. */
export const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

/** The lines before the samples of a metric. */
export function headerLines(name: string, { help, type }: MetricSpec): string {
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
}

/** One sample. `labels` are names and values by turns. */
export function sampleLine(name: string, labels: readonly string[], value: number): string {
  return `${name}${labelText(labels)} ${numberText(value)}\n`;
}

/** One sample whose labels have these names, in this order. Large pages are made of such lines. */
export function labelledLine(
  name: string,
  names: readonly string[],
  labels: Readonly<Record<string, string>>,
  value: number,
): string {
  let text = "";
  for (const label of names) {
    text += `${text === "" ? "{" : ","}${label}="${escapeLabel(labels[label] ?? "")}"`;
  }
  return `${name}${text === "" ? "" : `${text}}`} ${numberText(value)}\n`;
}

/** A number as Go writes it. */
export function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return String(value);
}

function labelText(labels: readonly string[]): string {
  if (labels.length === 0) return "";
  let text = "";
  for (let i = 0; i < labels.length; i += 2) {
    text += `${i === 0 ? "{" : ","}${labels[i]}="${escapeLabel(labels[i + 1] ?? "")}"`;
  }
  return `${text}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

const SPECIAL = /[\\\n"]/;

function escapeLabel(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return escapeHelp(text).replaceAll('"', '\\"');
}
