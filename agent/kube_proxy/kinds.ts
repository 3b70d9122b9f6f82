/**
 * The kinds of value that kube-proxy's flags and configuration fields have, and how each is written
 * on a command line.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { formatDuration, parseDuration } from "../cli/duration.ts";

/** Every kind of value. */
export const KINDS = [
  "text",
  "bool",
  "whole",
  "number",
  "duration",
  "texts",
  "switches",
  "levels",
] as const;

/** A kind of value. `switches` is a map of names to true or false, `levels` is `--vmodule`. */
export type Kind = typeof KINDS[number];

/** One entry of `logging.vmodule`. */
export interface LevelEntry {
  /** Which source files; here, which part of the program. */
  readonly filePattern: string;
  /** The verbosity there. */
  readonly verbosity: number;
}

/** The type of a kind's values; a duration is in milliseconds. */
export interface KindTypes {
  /** Any text. */
  readonly text: string;
  /** True or false. */
  readonly bool: boolean;
  /** A whole number. */
  readonly whole: number;
  /** Any number. */
  readonly number: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Several texts. */
  readonly texts: readonly string[];
  /** Names, each true or false. */
  readonly switches: Readonly<Record<string, boolean>>;
  /** Verbosities of parts of the program. */
  readonly levels: readonly LevelEntry[];
}

/** A value of any kind. */
export type Value = KindTypes[Kind];

/** A value that was read, or why it could not be. */
export type Read =
  | {
    /** It was read. */
    readonly ok: true;
    /** The value. */
    readonly value: Value;
  }
  | {
    /** It could not be read. */
    readonly ok: false;
    /** Why: what was met, what would be right. */
    readonly why: string;
  };

const TRUE = ["true", "1", "t", "T", "TRUE", "True"];
const FALSE = ["false", "0", "f", "F", "FALSE", "False"];

/** Reads a value as kube-proxy's flags are written (the types of pflag and component-base). */
export function readText(kind: Kind, text: string): Read {
  switch (kind) {
    case "text":
      return yes(text);
    case "bool":
      if (TRUE.includes(text)) return yes(true);
      return FALSE.includes(text) ? yes(false) : no(`"${text}" is neither true nor false`);
    case "whole":
      return /^[+-]?\d+$/.test(text) ? yes(Number(text)) : no(`"${text}" is not a whole number`);
    case "number":
      return text.trim() !== "" && Number.isFinite(Number(text))
        ? yes(Number(text))
        : no(`"${text}" is not a number`);
    case "duration": {
      const ms = parseDuration(text.replace(/^[+-]/, ""));
      if (ms === null) {
        return no(`"${text}" is not a duration; give one such as 300ms, 5s or 1m30s`);
      }
      return yes(text.startsWith("-") ? -ms : ms);
    }
    case "texts":
      return yes(text === "" ? [] : text.split(",").map((each) => each.trim()));
    case "switches":
      return readSwitches(text);
    case "levels":
      return readLevels(text);
    default:
      return unreachable(kind);
  }
}

/** `A=true,B=false`. */
function readSwitches(text: string): Read {
  const switches: Record<string, boolean> = {};
  for (const part of text.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
    const [, name, word = ""] = /^([^=]+)=(.*)$/.exec(part) ?? [];
    if (name === undefined) return no(`"${part}" has no value; write ${part}=true`);
    const read = readText("bool", word.trim());
    if (!read.ok) return no(`"${word}" of "${name}" is neither true nor false`);
    switches[name.trim()] = read.value === true;
  }
  return yes(switches);
}

/** `pattern=N,…`. */
function readLevels(text: string): Read {
  const levels: LevelEntry[] = [];
  for (const part of text.split(",").filter((each) => each !== "")) {
    const [, filePattern, digits] = /^([^=]+)=(\d+)$/.exec(part.trim()) ?? [];
    if (filePattern === undefined) return no(`"${part}" is not PATTERN=N; give, say, userspace=4`);
    levels.push({ filePattern, verbosity: Number(digits) });
  }
  return yes(levels);
}

/** Writes a value as on a command line: what {@linkcode readText} reads. */
export function valueText(value: Value, kind: Kind): string {
  if (kind === "duration") return durationText(Number(value));
  if (Array.isArray(value)) {
    return value.map((each: string | LevelEntry) =>
      typeof each === "string" ? each : `${each.filePattern}=${each.verbosity}`
    ).join(",");
  }
  if (typeof value === "object") {
    return Object.entries(value).map(([name, on]) => `${name}=${on}`).join(",");
  }
  return String(value);
}

/** Milliseconds as Go writes a duration, also one below zero. */
export function durationText(ms: number): string {
  return ms < 0 ? `-${formatDuration(-ms)}` : formatDuration(ms);
}

/** Two values of a flag that was given twice: lists and maps add up, else the last one counts. */
export function addUp(before: Value | undefined, now: Value, kind: Kind): Value {
  if (kind === "texts" && Array.isArray(before) && Array.isArray(now)) return [...before, ...now];
  if (kind === "switches" && typeof before === "object" && typeof now === "object") {
    return Object.assign({}, before, now);
  }
  return now;
}

function yes(value: Value): Read {
  return { ok: true, value };
}

function no(why: string): Read {
  return { ok: false, why };
}
