/**
 * The generated tables of docs/cli.md and docs/simulate.md, from the data that the program itself
 * works by: words, flags, scenarios, verdicts.
 *
 * @module
 */
import { formatDuration } from "../agent/cli/duration.ts";
import { type Flag, spell } from "../agent/cli/flag.ts";
import { COMMON_FLAGS, type FlagId, FLAGS } from "../agent/cli/flags.ts";
import { COMMANDS, SINKS, SOURCES, SYNC_FLAGS, type Word } from "../agent/cli/words.ts";
import { DEFAULT_OPTIONS, LIMITS, MOST_PODS, STORIES, STORY_LINES } from "../agent/simulate/mod.ts";
import { VERDICTS } from "../agent/simulate/verdict.ts";
import { unreachable } from "../core/mod.ts";

type Lines = readonly string[];

/** What makes each part, by its name in the page. */
export const PARTS: ReadonlyMap<string, () => Lines> = new Map([
  ["sources", () => wordTable("source", SOURCES)],
  ["sinks", () => wordTable("sink", SINKS)],
  ["commands", () => wordTable("command", COMMANDS)],
  ["flags", flagTables],
  ["scenarios", scenarioTable],
  ["simulation size", sizeTable],
  ["verdicts", verdictTable],
]);

function wordTable(title: string, words: Readonly<Record<string, Word>>): Lines {
  const rows = Object.entries(words).map(([name, { about, aliases }]) => [
    code(name),
    aliases === undefined ? about : `${about}. Also ${aliases.map(code).join(", ")}`,
  ]);
  return markdownTable([title, "what it does"], rows);
}

/** Every flag that a command line can take, grouped by the word that brings it. */
function flagTables(): Lines {
  const groups: readonly (readonly [string, readonly FlagId[]])[] = [
    ["Every command", COMMON_FLAGS],
    ...groupsOf("Source", SOURCES),
    ["Every `SOURCE SINK`", SYNC_FLAGS],
    ...groupsOf("Sink", SINKS),
    ...groupsOf("Command", COMMANDS),
  ];
  return groups
    .filter(([, flags]) => flags.length > 0)
    .flatMap(([title, flags]) => [`### ${title}`, "", ...flagTable(flags), ""])
    .slice(0, -1);
}

function groupsOf(
  kind: string,
  words: Readonly<Record<string, Word>>,
): readonly (readonly [string, readonly FlagId[]])[] {
  return Object.entries(words).map(([name, { flags }]) =>
    [`${kind} ${code(name)}`, flags] as const
  );
}

function flagTable(ids: readonly FlagId[]): Lines {
  const rows = ids.map((id) => {
    const flag: Flag = FLAGS[id];
    const letter = flag.short === undefined || flag.short === flag.name
      ? ""
      : `, \`-${flag.short}\``;
    return [code(spell(flag)) + letter, valueOf(flag), defaultOf(flag), flag.help];
  });
  return markdownTable(["flag", "value", "default", "what it does"], rows);
}

function valueOf(flag: Flag): string {
  switch (flag.kind) {
    case "switch":
      return "on or off";
    case "choice":
      return flag.choices.map(code).join(", ");
    case "whole":
      return `${code(flag.metavar)}, ${flag.min} to ${flag.max}`;
    case "text":
    case "list":
    case "duration":
      return code(flag.metavar);
    default:
      return unreachable(flag);
  }
}

function defaultOf(flag: Flag): string {
  switch (flag.kind) {
    case "switch":
      return flag.default ? "on" : "off";
    case "duration":
      return code(formatDuration(flag.default));
    case "list":
      return flag.default.length === 0 ? "none" : code(flag.default.join(","));
    case "text":
    case "choice":
      return flag.default === null ? "none" : code(flag.default);
    case "whole":
      return String(flag.default);
    default:
      return unreachable(flag);
  }
}

function scenarioTable(): Lines {
  return markdownTable(
    ["scenario", "what happens"],
    [
      ...STORIES.map((story) => [code(story), STORY_LINES[story]]),
      [code("all"), "all of these, one after the other"],
    ],
  );
}

function sizeTable(): Lines {
  const sizes = [
    ["--services", "services"],
    ["--pods-per-service", "podsPerService"],
    ["--nodes", "nodes"],
    ["--connections", "connections"],
    ["--seed", "seed"],
  ] as const;
  const duration = [DEFAULT_OPTIONS.durationMs, LIMITS.durationMs.least, LIMITS.durationMs.most];
  return [
    ...markdownTable(["flag", "default", "from", "to"], [
      ...sizes.map((
        [flag, name],
      ) => [
        code(flag),
        ...[DEFAULT_OPTIONS[name], LIMITS[name].least, LIMITS[name].most].map(String),
      ]),
      [code("--duration"), ...duration.map(formatDuration)],
    ]),
    "",
    `All Services together start with ${MOST_PODS} pods at most: each is a listening socket.`,
  ];
}

function verdictTable(): Lines {
  const rows = VERDICTS.map(({ name, why, then }, index) => [
    String(index + 1),
    code(name),
    why,
    then,
  ]);
  return markdownTable(["#", "rule", "what it means", "verdict"], rows);
}

/** The text as code. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** A table whose columns line up, as `deno fmt` wants it. */
export function markdownTable(head: Lines, rows: readonly Lines[]): Lines {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: Lines) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)];
}
