/**
 * How one log line looks: as klog writes it, as JSON as component-base writes it, or plain for a
 * person who runs a command by hand.
 *
 * @module
 */
import type { LogFields } from "../../core/mod.ts";

/** One log line before it is text. */
export interface LogLine {
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** How bad it is. */
  readonly severity: "info" | "warn" | "error";
  /** The verbosity that asked for it, 0 for what is always written. */
  readonly v: number;
  /** The part of the program that wrote it. */
  readonly component: string;
  /** What happened. */
  readonly message: string;
  /** The values beside it. */
  readonly fields: LogFields;
}

/** Turns a line into text with its line break. */
export type LogFormatter = (line: LogLine) => string;

const KLOG_LETTER = { info: "I", warn: "W", error: "E" } as const;

/** klog's text without what stands before the message (`--skip-headers`). */
export function headlessFormatter(line: LogLine): string {
  return klogText(line);
}

/**
 * klog's text: `I1121 10:53:11.123000    1234 sync:1] "Synced" changes=3`. Local time, no year.
 * klog puts `:1` where it doesn't know the line, and tools that read its logs expect a number there.
 */
export function klogFormatter(pid: number): LogFormatter {
  const id = String(pid).padStart(7);
  return (line) => {
    const head = `${KLOG_LETTER[line.severity]}${klogTime(new Date(line.time))}`;
    return `${head} ${id} ${line.component}:1] ${klogText(line)}`;
  };
}

function klogText(line: LogLine): string {
  const fields = textFields(line.fields);
  // klog quotes the message of a structured line, and leaves a plain line as it is
  const message = fields === "" ? line.message : JSON.stringify(line.message);
  return `${message}${fields}\n`;
}

function klogTime(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${date} ${time}.${String(at.getMilliseconds()).padStart(3, "0")}000`;
}

/**
 * One JSON object a line. Info lines carry `v` and error lines do not, as in Kubernetes; `severity`
 * is ours, since otherwise a warning could not be told from the rest.
 */
export function jsonFormatter(line: LogLine): string {
  const { time, component, message, severity, v, fields } = line;
  const level = severity === "error" ? {} : { v };
  const values = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, jsonValue(value)]),
  );
  return `${
    toJson({ ts: time, caller: component, msg: message, severity, ...level, ...values })
  }\n`;
}

/** For a person: `warning: message key="value"`. */
export function plainFormatter({ severity, message, fields }: LogLine): string {
  const word = severity === "warn" ? "warning: " : severity === "error" ? "error: " : "";
  return `${word}${message}${textFields(fields)}\n`;
}

/** ` key=value` for each field, errors first. */
function textFields(fields: LogFields): string {
  const { err, ...others } = fields;
  let text = err === undefined ? "" : ` err=${textValue(err)}`;
  for (const key in others) text += ` ${key}=${textValue(others[key])}`;
  return text;
}

function textValue(value: unknown): string {
  if (value instanceof Error) return textValue(value.message);
  if (typeof value !== "string") return toJson(value);
  // klog's form for text of several lines
  return value.includes("\n")
    ? `<\n${value.split("\n").map((line) => `\t${line}\n`).join("")} >`
    : JSON.stringify(value);
}

function jsonValue(value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

/** Never throws: a line that cannot be written as JSON is still worth reading. */
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, each) => typeof each === "bigint" ? String(each) : each) ??
      String(value);
  } catch (error) {
    return JSON.stringify(`(${error instanceof Error ? error.message : String(error)})`);
  }
}
