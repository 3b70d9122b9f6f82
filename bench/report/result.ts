/**
 * What a run of the benchmark leaves behind: its figures, and where and with what they were taken.
 * Files of older runs can be read too; what they do not say is then unknown.
 *
 * @module
 */
import { asJson, type Json } from "../../proto/json.ts";
import type { CaseResult, Target } from "../harness.ts";

/** A run. */
export interface BenchResult {
  /** When it ended, in ISO 8601. */
  readonly date: string;
  /** The versions of Deno and its parts. */
  readonly versions: Readonly<Record<string, string>>;
  /** Where it ran. */
  readonly machine: Machine;
  /** Whether sizes were small and rounds few. */
  readonly quick: boolean;
  /** What each suite shows, in a sentence. */
  readonly titles: Readonly<Record<string, string>>;
  /** The figures of each suite. */
  readonly results: Readonly<Record<string, readonly CaseResult[]>>;
  /** What a reader of a suite's figures should know. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
}

/** Where a benchmark ran. */
export interface Machine {
  /** The operating system. */
  readonly os: string;
  /** The architecture. */
  readonly arch: string;
  /** How many processors there are. */
  readonly cores: number;
  /** What they are called; `null`: nobody knows. */
  readonly cpu: string | null;
  /** The version of the kernel; `null`: nobody knows. */
  readonly kernel: string | null;
  /** The load averages before the run. */
  readonly loadBefore: readonly number[];
  /** The load averages after it. */
  readonly loadAfter: readonly number[];
}

/** How a suite's note begins that says why it could not be measured to its end. */
export const BROKEN_OFF = "Broken off: ";

/** Whether something else ran beside the benchmark, so that its figures are not to be trusted. */
export function wasBusy({ cores, loadBefore }: Pick<Machine, "cores" | "loadBefore">): boolean {
  return (loadBefore[0] ?? 0) > cores / 2;
}

/** The run that a file tells of. */
export function readResult(text: string): BenchResult {
  const json = asJson(JSON.parse(text));
  const { date, machine, results, titles, notes, versions } = json;
  if (typeof date !== "string" || asJson(results) !== results) {
    throw new Error('It is no result of the benchmark: it has no "date" and "results"');
  }
  return {
    date,
    versions: mapOf(versions, String),
    machine: machineOf(asJson(machine)),
    quick: json["quick"] === true,
    titles: mapOf(titles, String),
    results: mapOf(results, (cases) => listOf(cases).map((each) => caseOf(asJson(each)))),
    notes: mapOf(notes, (texts) => listOf(texts).map(String)),
  };
}

function machineOf(json: Json): Machine {
  return {
    os: String(json["os"] ?? "unknown"),
    arch: String(json["arch"] ?? "unknown"),
    cores: numberOf(json["cores"]),
    cpu: textOf(json["cpu"]),
    kernel: textOf(json["kernel"]),
    loadBefore: listOf(json["loadBefore"]).map(numberOf),
    loadAfter: listOf(json["loadAfter"]).map(numberOf),
  };
}

function caseOf(json: Json): CaseResult {
  const { name, unit, reached } = json;
  if (typeof name !== "string" || typeof unit !== "string") {
    throw new Error('A case of it has no "name" or no "unit"');
  }
  const peer = textOf(json["peer"]);
  const median = numberOf(json["median"]);
  return {
    name,
    unit,
    higherIsBetter: json["higherIsBetter"] === true,
    samples: numberOf(json["samples"]),
    median,
    p99: numberOf(json["p99"]),
    q1: numberOf(json["q1"]),
    q3: numberOf(json["q3"]),
    min: numberOf(json["min"]),
    max: numberOf(json["max"]),
    peer,
    timesBetter: peer === null ? null : ratioOf(json["timesBetter"], median),
    target: targetOf(asJson(json["target"])),
    reached: typeof reached === "boolean" ? reached : null,
  };
}

/** JSON writes what is no finite number as `null`; against a peer of 0, a ratio is infinite. */
function ratioOf(ratio: unknown, median: number): number {
  if (typeof ratio === "number") return ratio;
  return Number.isFinite(median) ? Infinity : NaN;
}

function targetOf({ kind, atLeast, atMost }: Json): Target | null {
  if (kind === "times-better") return { kind, atLeast: numberOf(atLeast) };
  if (kind === "figure") return { kind, atMost: numberOf(atMost) };
  return null;
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : NaN;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapOf<T>(value: unknown, read: (value: unknown) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(asJson(value)).map(([key, each]) => [key, read(each)]));
}
