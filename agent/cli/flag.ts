/**
 * What a flag is: plain data, from which the parser, the help, the completion and the reference page
 * are made. The types of the parsed values are derived from it.
 *
 * @module
 */

interface FlagBase {
  /** The name, without dashes. */
  readonly name: string;
  /** The one-letter form, without the dash. */
  readonly short?: string;
  /** What it does: one sentence without full stop. */
  readonly help: string;
}

interface ValueFlagBase extends FlagBase {
  /** What the value stands for in the help: `PATH`. */
  readonly metavar: string;
}

/** A flag that is on or off. It never takes the next argument: `--once`, `--once=false`. */
export interface SwitchFlag extends FlagBase {
  /** The kind. */
  readonly kind: "switch";
  /** The value if it is not given. */
  readonly default: boolean;
}

/** A flag with any text. */
export interface TextFlag extends ValueFlagBase {
  /** The kind. */
  readonly kind: "text";
  /** The value if it is not given; `null` if there is none. */
  readonly default: string | null;
}

/** A flag with texts, comma-separated or repeated; all of them add up. */
export interface ListFlag extends ValueFlagBase {
  /** The kind. */
  readonly kind: "list";
  /** The value if it is not given. */
  readonly default: readonly string[];
}

/** A flag with a whole number. */
export interface WholeFlag extends ValueFlagBase {
  /** The kind. */
  readonly kind: "whole";
  /** The value if it is not given. */
  readonly default: number;
  /** The least number allowed. */
  readonly min: number;
  /** The greatest number allowed. */
  readonly max: number;
}

/** A flag with a duration as Go writes it: `300ms`, `1m30s`. The value is in milliseconds. */
export interface DurationFlag extends ValueFlagBase {
  /** The kind. */
  readonly kind: "duration";
  /** The value if it is not given, in milliseconds. */
  readonly default: number;
}

/** A flag with one of a few words. */
export interface ChoiceFlag extends FlagBase {
  /** The kind. */
  readonly kind: "choice";
  /** The words allowed. */
  readonly choices: readonly string[];
  /** The value if it is not given. */
  readonly default: string;
}

/** A flag. */
export type Flag = SwitchFlag | TextFlag | ListFlag | WholeFlag | DurationFlag | ChoiceFlag;

/** The type of a flag's value. */
export type ValueOf<F extends Flag> = F extends { readonly kind: "switch" } ? boolean
  : F extends { readonly kind: "whole" | "duration" } ? number
  : F extends { readonly kind: "list" } ? readonly string[]
  : F extends { readonly kind: "choice"; readonly choices: readonly (infer Word)[] } ? Word
  : F["default"] extends null ? string | null
  : string;

/** The values of all flags of a table. */
export type ValuesOf<Table extends Readonly<Record<string, Flag>>> = {
  readonly [Id in keyof Table]: ValueOf<Table[Id]>;
};

/** What stands for a flag's value in the help and in messages, `""` for a switch. */
export function metavarOf(flag: Flag): string {
  if (flag.kind === "switch") return "";
  return flag.kind === "choice" ? flag.choices.join("|") : flag.metavar;
}

/** A flag as the user writes it: `--input`, or `-v` where name and letter are the same. */
export function spell(flag: Flag): string {
  return flag.short === flag.name ? `-${flag.name}` : `--${flag.name}`;
}
