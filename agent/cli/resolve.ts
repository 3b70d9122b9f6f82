/**
 * Finds out what the words of a command line ask for.
 *
 * @module
 */
import { COMMON_FLAGS, type FlagId } from "./flags.ts";
import { didYouMean } from "./suggest.ts";
import { UsageError } from "./usage_error.ts";
import {
  type CommandName,
  commandNames,
  COMMANDS,
  type CommandWord,
  isCommand,
  isSource,
  type SinkName,
  sinkNames,
  sinkOf,
  SINKS,
  type SourceName,
  sourceNames,
  SOURCES,
  SYNC_FLAGS,
} from "./words.ts";

/** Flags that come together in the help. */
export interface FlagGroup {
  /** The heading. */
  readonly title: string;
  /** The flags. */
  readonly flags: readonly FlagId[];
}

/** What the words of a command line ask for. */
export interface Form {
  /** What is to be run: a command, or a source into a sink. */
  readonly run: CommandName | "sync";
  /** The words that name it: `view file`, `file to-print`. */
  readonly name: string;
  /** The usage line. */
  readonly usage: string;
  /** What it does: one sentence without full stop. */
  readonly about: string;
  /** Its flags. */
  readonly groups: readonly FlagGroup[];
  /** Command lines that work. */
  readonly examples: readonly string[];
  /** The source, `null` where there is none or it is not named yet. */
  readonly source: SourceName | null;
  /** The sink, `null` where there is none or it is not named yet. */
  readonly sink: SinkName | null;
  /** The first word that is missing, in the words of the usage line; `null` for none. */
  readonly missing: "SOURCE" | "SINK" | "NAMESPACE/NAME" | "SHELL" | "ACTION" | "COMMAND" | null;
  /** The words after the source and the sink, in order. */
  readonly rest: readonly string[];
  /** How many words there may be in `rest`. */
  readonly maxRest: number;
}

/** The flags that a form takes. */
export function flagsOf(form: Form): readonly FlagId[] {
  return form.groups.flatMap((group) => group.flags);
}

/**
 * Finds out what the words of a command line ask for.
 *
 * @throws {UsageError} If a word is none that may stand there. Words that are missing are no error
 * here: the help is for those who don't know how to go on.
 */
export function resolve(words: readonly string[]): Form {
  const [first = "", second, ...rest] = words;
  if (isSource(first)) {
    const sink = second === undefined ? null : readSink(second, first);
    return syncForm(first, sink, rest);
  }
  if (isCommand(first)) return commandForm(first, words.slice(1));
  const sink = sinkOf(first);
  if (sink !== null) return syncForm(null, sink, words.slice(1));
  const known = [...commandNames(), ...sourceNames()];
  throw new UsageError(
    `Unknown command "${first}"${didYouMean(first, known)}; it is ${oneOf(known)}`,
  );
}

function syncForm(
  source: SourceName | null,
  sink: SinkName | null,
  rest: readonly string[],
): Form {
  const named = [source, sink].filter((each) => each !== null);
  const takesProgram = sink === "to-exec";
  const about = [source && SOURCES[source].about, sink && SINKS[sink].about];
  return {
    run: "sync",
    name: named.join(" "),
    usage: `windlass ${source ?? "SOURCE"} ${sink ?? "SINK"} [flags]${
      takesProgram ? " -- COMMAND [ARGUMENT...]" : ""
    }`,
    about: about.filter((each) => each !== null).join(". "),
    groups: withoutRepeats([
      ...(source === null ? sourceNames() : [source]).map(sourceGroup),
      ...(sink === null ? sinkNames() : [sink]).map(sinkGroup),
      { title: "Flags of every SOURCE SINK", flags: SYNC_FLAGS },
      COMMON_GROUP,
    ]).filter((group) => group.flags.length > 0),
    examples: [syncExample(source ?? "kube", sink ?? "to-print")],
    source,
    sink,
    missing: source === null
      ? "SOURCE"
      : sink === null
      ? "SINK"
      : takesProgram && rest.length === 0
      ? "COMMAND"
      : null,
    rest,
    maxRest: takesProgram ? Infinity : 0,
  };
}

/** A flag that the source and the sink both have stands where it comes first. */
function withoutRepeats(groups: readonly FlagGroup[]): readonly FlagGroup[] {
  const seen = new Set<FlagId>();
  return groups.map(({ title, flags }) => {
    const own = flags.filter((flag) => !seen.has(flag));
    for (const flag of own) seen.add(flag);
    return { title, flags: own };
  });
}

function commandForm(command: CommandName, words: readonly string[]): Form {
  const entry: CommandWord = COMMANDS[command];
  const takesSource = entry.takes[0] === "SOURCE";
  const [first] = words;
  const source = takesSource && first !== undefined ? readSource(first, command) : null;
  const sources = !takesSource ? [] : source === null ? sourceNames() : [source];
  const places = entry.takes.map((place) => place === "SOURCE" ? source ?? place : place);
  return {
    run: command,
    name: source === null ? command : `${command} ${source}`,
    usage: ["windlass", command, ...places, ...entry.more ?? [], "[flags]"].join(" "),
    about: entry.about,
    groups: [
      { title: `Flags of ${command}`, flags: entry.flags },
      ...sources.map(sourceGroup),
      COMMON_GROUP,
    ].filter((group) => group.flags.length > 0),
    examples: entry.examples,
    source,
    sink: null,
    missing: entry.takes[words.length] ?? null,
    rest: source === null ? words : words.slice(1),
    maxRest: entry.more === undefined ? entry.takes.length - (takesSource ? 1 : 0) : Infinity,
  };
}

const COMMON_GROUP: FlagGroup = { title: "Flags of every command", flags: COMMON_FLAGS };

function sourceGroup(source: SourceName): FlagGroup {
  return { title: `Flags of source ${source}`, flags: SOURCES[source].flags };
}

function sinkGroup(sink: SinkName): FlagGroup {
  return { title: `Flags of sink ${sink}`, flags: SINKS[sink].flags };
}

function syncExample(source: SourceName, sink: SinkName): string {
  const input = source === "file" ? " --input cluster.yaml" : "";
  const output = sink === "to-file" ? " --output snapshot.yaml" : "";
  const program = sink === "to-exec" ? " -- cat" : "";
  return `windlass ${source} ${sink}${input}${output} --node-name n1${program}`;
}

function readSource(word: string, command: CommandName): SourceName {
  if (isSource(word)) return word;
  const known = sourceNames();
  throw new UsageError(
    `Unknown source "${word}"${didYouMean(word, known)}; it is ${oneOf(known)}`,
    command,
  );
}

function readSink(word: string, source: SourceName): SinkName {
  const sink = sinkOf(word);
  if (sink !== null) return sink;
  const known = sinkNames();
  throw new UsageError(
    `Unknown sink "${word}"${didYouMean(word, known)}; it is ${oneOf(known)}`,
    source,
  );
}

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
