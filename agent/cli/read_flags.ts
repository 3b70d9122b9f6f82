/**
 * The second half of reading a command line: checks each flag against those that the command takes,
 * and turns texts into values.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { parseDuration } from "./duration.ts";
import { type Flag, metavarOf, spell } from "./flag.ts";
import { type FlagId, FLAGS, type FlagValues } from "./flags.ts";
import type { Lexed, LexedFlag } from "./lex.ts";
import { flagsOf, type Form } from "./resolve.ts";
import { didYouMean } from "./suggest.ts";
import { UsageError } from "./usage_error.ts";
import {
  commandNames,
  COMMANDS,
  sinkNames,
  SINKS,
  sourceNames,
  SOURCES,
  SYNC_FLAGS,
} from "./words.ts";

type Value = string | number | boolean | readonly string[] | null;

type Parsed =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string };

const TRUE = ["true", "1", "t", "T", "TRUE", "True"];
const FALSE = ["false", "0", "f", "F", "FALSE", "False"];

/**
 * The values of all flags for a command. The last one wins where a flag is repeated; lists add up.
 *
 * @throws {UsageError} If a flag is unknown or not the command's, or if a value is missing or bad.
 */
export function readFlags(lexed: Lexed, form: Form): FlagValues {
  const ids = flagsOf(form);
  const values = new Map<FlagId, Value>();
  for (const given of lexed.flags) {
    const id = ids.find((each) => FLAGS[each].name === given.name);
    if (id === undefined) throw unknownFlag(given, form);
    const parsed = parseFlag(FLAGS[id], given.value);
    if (!parsed.ok) {
      throw new UsageError(`Cannot read flag ${given.spelled}: ${parsed.why}`, form.name);
    }
    const before = values.get(id);
    values.set(id, addUp(before, parsed.value));
  }
  const all = Object.entries(FLAGS).map(([id, flag]) => [id, valueOr(values, id, flag)]);
  return Object.fromEntries(all) as FlagValues; // parseFlag() answers with the type of the kind
}

function valueOr(values: ReadonlyMap<string, Value>, id: string, flag: Flag): Value {
  return values.get(id) ?? flag.default;
}

function addUp(before: Value | undefined, now: Value): Value {
  return Array.isArray(before) && Array.isArray(now) ? [...before, ...now] : now;
}

/** Reads the value of a flag; `null` stands for none given. */
export function parseFlag(flag: Flag, text: string | null): Parsed {
  if (flag.kind === "switch") return parseSwitch(text);
  if (text === null) {
    return no(`a value is missing; write ${spell(flag)}=${metavarOf(flag)}`);
  }
  switch (flag.kind) {
    case "text":
      return yes(text);
    case "list":
      return text.split(",").includes("")
        ? no(`"${text}" has an empty entry; give ${flag.metavar}`)
        : yes(text.split(","));
    case "whole":
      return parseWhole(text, flag.min, flag.max);
    case "duration": {
      const ms = parseDuration(text);
      return ms === null
        ? no(`"${text}" is not a duration; give one such as 300ms, 5s or 1m30s`)
        : yes(ms);
    }
    case "choice":
      if (flag.choices.includes(text)) return yes(text);
      return no(
        `"${text}" is not one of ${flag.choices.join(", ")}${didYouMean(text, flag.choices)}`,
      );
    default:
      return unreachable(flag);
  }
}

function parseSwitch(text: string | null): Parsed {
  if (text === null || TRUE.includes(text)) return yes(true);
  if (FALSE.includes(text)) return yes(false);
  return no(`"${text}" is neither true nor false`);
}

function parseWhole(text: string, min: number, max: number): Parsed {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max
    ? yes(value)
    : no(`"${text}" is not a whole number from ${min} to ${max}`);
}

function yes(value: Value): Parsed {
  return { ok: true, value };
}

function no(why: string): Parsed {
  return { ok: false, why };
}

/** Tells a flag that nobody knows from one that belongs to another command. */
function unknownFlag(given: LexedFlag, form: Form): UsageError {
  const owners = ownersOf(given.name);
  if (owners.length > 0) {
    return new UsageError(
      `Flag ${given.spelled} belongs to ${owners.join(", ")}, not to "windlass ${form.name}"`,
      form.name,
    );
  }
  const own = flagsOf(form).map((id) => spell(FLAGS[id]));
  return new UsageError(
    `Unknown flag ${given.spelled}${didYouMean(dashed(given), own)}`,
    form.name,
  );
}

/**
 * Refuses flags that no command knows, where it is not known which command is meant.
 *
 * @throws {UsageError} If there is such a flag.
 */
export function refuseStrangers(lexed: Lexed): void {
  const known = Object.values(FLAGS);
  const stranger = lexed.flags.find((given) => known.every((flag) => flag.name !== given.name));
  if (stranger === undefined) return;
  const near = didYouMean(dashed(stranger), known.map(spell));
  throw new UsageError(`Unknown flag ${stranger.spelled}${near}`);
}

/** With two dashes and without a value, as a flag would be right. */
function dashed({ name }: LexedFlag): string {
  return `--${name.replace(/^-/, "").replace(/=.*/s, "")}`;
}

function ownersOf(name: string): readonly string[] {
  const has = (flags: readonly FlagId[]): boolean => flags.some((id) => FLAGS[id].name === name);
  return [
    ...sourceNames().filter((each) => has(SOURCES[each].flags)).map((each) => `source ${each}`),
    ...sinkNames().filter((each) => has(SINKS[each].flags)).map((each) => `sink ${each}`),
    ...commandNames().filter((each) => has(COMMANDS[each].flags)),
    ...(has(SYNC_FLAGS) ? ["SOURCE SINK"] : []),
  ];
}
