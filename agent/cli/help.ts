/**
 * The help texts, made from the tables of flags and words.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import { type Flag, metavarOf } from "./flag.ts";
import { type FlagId, FLAGS } from "./flags.ts";
import type { Form } from "./resolve.ts";
import { COMMANDS, SINKS, SOURCES, type Word } from "./words.ts";

const WIDTH = 100;

/** The help of a command or of a source and a sink. */
export function formHelp(form: Form): string {
  return joinSections([
    `${form.about}.`,
    section("Usage", [`  ${form.usage}`]),
    ...form.missing === "SINK" ? [wordTable("Sinks", SINKS)] : [],
    ...form.missing === "SOURCE" ? [wordTable("Sources", SOURCES)] : [],
    section(
      form.examples.length > 1 ? "Examples" : "Example",
      form.examples.map((line) => `  ${line}`),
    ),
    ...form.groups.map((group) => section(group.title, group.flags.flatMap(flagLines))),
  ]);
}

/** The help of `windlass` itself. */
export function overview(): string {
  return joinSections([
    "Windlass, a Kubernetes service proxy for Windows nodes.",
    section("Usage", [
      "  windlass SOURCE SINK [flags]      brings state from SOURCE into SINK until stopped, or --once",
      "  windlass COMMAND [flags]",
      "  windlass --FLAG [flags]           as kube-proxy: its command lines work unchanged",
    ]),
    wordTable("Sources", SOURCES),
    wordTable("Sinks", SINKS),
    wordTable("Commands", COMMANDS),
    section("Examples", [
      "  windlass simulate",
      "  windlass view file --input cluster.yaml --node-name n1",
      "  windlass kube to-userspace --kubeconfig config",
    ]),
    `Run "windlass help COMMAND" or add --help to any command line to read more.`,
  ]);
}

function joinSections(sections: readonly string[]): string {
  return `${sections.filter((each) => each !== "").join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`${title}:`, ...lines].join("\n");
}

const WORD_COLUMN = 16;

function wordTable(title: string, words: Readonly<Record<string, Word>>): string {
  return section(
    title,
    Object.entries(words).flatMap(([name, { about, aliases }]) => {
      const text = `${about}${aliases ? ` (also ${aliases.join(", ")})` : ""}`;
      return wrap(text, WIDTH - WORD_COLUMN).map((line, at) =>
        `${(at === 0 ? `  ${name}` : "").padEnd(WORD_COLUMN)}${line}`
      );
    }),
  );
}

const HELP_COLUMN = 38;

function flagLines(id: FlagId): readonly string[] {
  const flag: Flag = FLAGS[id];
  const letter = flag.short === undefined ? "    " : `-${flag.short}, `;
  const value = flag.kind === "switch" ? "" : `=${metavarOf(flag)}`;
  const left = `  ${letter}--${flag.name}${value}`;
  const [first = "", ...more] = wrap(`${flag.help}${defaultOf(flag)}`, WIDTH - HELP_COLUMN);
  const indent = " ".repeat(HELP_COLUMN);
  const rest = more.map((line) => indent + line);
  return left.length + 2 > HELP_COLUMN
    ? [left, indent + first, ...rest]
    : [left.padEnd(HELP_COLUMN) + first, ...rest];
}

function defaultOf(flag: Flag): string {
  if (flag.kind === "duration") return ` (default ${formatDuration(flag.default)})`;
  if (flag.kind === "whole" || flag.kind === "choice") return ` (default ${flag.default})`;
  return "";
}

/** The text in lines of at most that width, where its words allow it. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
