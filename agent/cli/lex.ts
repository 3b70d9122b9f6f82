/**
 * The first half of reading a command line: splits it into words and flags as pflag does (the flag
 * library of Kubernetes' tools), without knowing which command it is for.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** What must be known about a table of flags to split a command line. */
export interface Lexicon {
  /** Whether a flag takes a value, by name. */
  readonly takesValue: ReadonlyMap<string, boolean>;
  /** The name behind each one-letter form. */
  readonly names: ReadonlyMap<string, string>;
}

/** One flag as it was given. */
export interface LexedFlag {
  /** As given, without the value: `--input`, `-v`. */
  readonly spelled: string;
  /** Its full name with `_` as `-`; an argument with an unknown letter is its own name. */
  readonly name: string;
  /** The value, `null` if none came with it. */
  readonly value: string | null;
}

/** A command line in pieces. */
export interface Lexed {
  /** The words that are no flags, in order. */
  readonly words: readonly string[];
  /** The flags, in order. */
  readonly flags: readonly LexedFlag[];
}

/** What {@linkcode lex} must know about the flags of a table. */
export function lexiconOf(flags: Iterable<Flag>): Lexicon {
  const takesValue = new Map<string, boolean>();
  const names = new Map<string, string>();
  for (const flag of flags) {
    takesValue.set(flag.name, flag.kind !== "switch");
    if (flag.short !== undefined) names.set(flag.short, flag.name);
  }
  return { takesValue, names };
}

/**
 * Splits a command line. `--flag=value`, `--flag value`, `-v4`, `-v=4` and `-v 4` are one flag with
 * a value; a switch never takes the next argument; `_` in a name means `-`; `--` ends the flags.
 * Never fails: unknown flags are kept, without a value unless it came with `=`.
 */
export function lex(args: readonly string[], lexicon: Lexicon): Lexed {
  const words: string[] = [];
  const flags: LexedFlag[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") words.push(...rest.splice(0));
    else if (arg.startsWith("--")) flags.push(lexLong(arg, rest, lexicon));
    else if (arg.startsWith("-") && arg !== "-") flags.push(...lexShort(arg, rest, lexicon));
    else words.push(arg);
  }
  return { words, flags };
}

function lexLong(arg: string, rest: string[], { takesValue }: Lexicon): LexedFlag {
  const equals = arg.indexOf("=");
  const spelled = equals < 0 ? arg : arg.slice(0, equals);
  const name = spelled.slice(2).replaceAll("_", "-");
  if (equals >= 0) return { spelled, name, value: arg.slice(equals + 1) };
  return { spelled, name, value: takesValue.get(name) === true ? rest.shift() ?? null : null };
}

/** One dash: letters that are switches may be joined; a letter with a value takes what is left. */
function* lexShort(
  arg: string,
  rest: string[],
  { takesValue, names }: Lexicon,
): Generator<LexedFlag> {
  for (let letters = arg.slice(1); letters !== "";) {
    const letter = letters.slice(0, 1);
    const name = names.get(letter);
    letters = letters.slice(1);
    if (name === undefined) {
      // the whole argument, so that the message shows "-kubeconfig"; no flag has such a name
      yield { spelled: arg, name: arg, value: null };
      return;
    }
    const spelled = `-${letter}`;
    if (letters.startsWith("=")) {
      yield { spelled, name, value: letters.slice(1) };
      return;
    }
    if (takesValue.get(name) === true) {
      yield { spelled, name, value: letters === "" ? rest.shift() ?? null : letters };
      return;
    }
    yield { spelled, name, value: null };
  }
}
