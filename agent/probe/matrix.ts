/**
 * What was seen, for people: a matrix as network-policy truth tables have it, a row for each address
 * and a column for each prober, and below it what is wrong, in words. Pure.
 *
 * @module
 */
import { textTable } from "../cli/table.ts";
import { addressOf } from "../../core/mod.ts";
import { type Cell, countOf, type Mark, type Round, type Sight, type Target } from "./model.ts";

/** How a cell looks. */
export const SIGNS: Readonly<Record<Mark | "none", string>> = {
  ok: ".",
  wrong: "X",
  unknown: "?",
  none: "-",
};

/** The round as text, with a line break at the end. */
export function matrixText(round: Round): string {
  const rows = rowsOf(round);
  const lines = rows.length === 0 ? ["Nothing to probe"] : textTable([
    ["SERVICE PORT", "PROTOCOL", "KIND", "ADDRESS", ...round.columns.map(({ from }) => from)],
    ...rows.map(({ target, cells }, index) => [
      ...(isSameService(rows[index - 1]?.target, target) ? ["", ""] : [
        target.name,
        target.protocol,
      ]),
      target.kind,
      placeOf(target),
      ...cells.map((cell) => SIGNS[cell?.mark ?? "none"]),
    ]),
  ]);
  return [...lines, "", ...legend(round), ...leftOut(round), ""].join("\n");
}

function isSameService(before: Target | undefined, now: Target): boolean {
  return before?.name === now.name && before.protocol === now.protocol &&
    before.family === now.family;
}

interface Row {
  readonly target: Target;
  /** One for each column. */
  readonly cells: readonly (Cell | undefined)[];
}

function rowsOf({ columns }: Round): readonly Row[] {
  const targets = new Map<string, Target>();
  const byKey = columns.map(({ cells }) => new Map(cells.map((cell) => [cell.key, cell])));
  for (const { cells } of columns) {
    for (const cell of cells) if (!targets.has(cell.key)) targets.set(cell.key, cell);
  }
  return [...targets.entries()]
    .map(([key, target]) => ({ target, cells: byKey.map((cells) => cells.get(key)) }));
}

/** An address, with the node whose port it is. */
export function placeOf({ ip, port, node }: Pick<Target, "ip" | "port" | "node">): string {
  const address = addressOf(ip, port);
  return node === "" ? address : `${address} (${node})`;
}

function legend(round: Round): readonly string[] {
  const [ok, wrong, unknown] = (["ok", "wrong", "unknown"] as const)
    .map((mark) => countOf(round, mark));
  const counts = [
    `${SIGNS.ok} as the view says: ${ok}`,
    `${SIGNS.wrong} wrong: ${wrong}`,
    ...(unknown === 0 ? [] : [`${SIGNS.unknown} cannot be told: ${unknown}`]),
  ].join("   ");
  const doubts = round.columns.flatMap(({ from, cells }) =>
    cells.filter(({ mark }) => mark !== "ok").map((cell) => cellText(from, cell))
  );
  const failures = round.failures.map(({ agent, why }) => `Agent ${agent}: ${why}`);
  return [counts, ...doubts, ...failures];
}

function leftOut({ columns }: Round): readonly string[] {
  const all = new Set(columns.flatMap((column) => column.leftOut));
  return [...all].map((what) => `Not probed: ${what}`);
}

/** A cell in words. */
export function cellText(from: string, cell: Cell): string {
  const { name, protocol, kind, mark, why, sights } = cell;
  const where = `${from} → ${name} ${protocol} ${kind} ${placeOf(cell)}`;
  return `${SIGNS[mark]} ${where}: ${why}; expected ${expectedText(cell)}, saw ${seenText(sights)}`;
}

function expectedText({ expected }: Target): string {
  switch (expected.answer) {
    case "one-of":
      return `${expected.endpoints.join(" or ")} (${expected.rule})`;
    case "nobody":
      return `no answer (${expected.rule})`;
    case "unsure":
      return `one thing or the other (${expected.rule})`;
  }
}

/** What was seen, each once: `10.244.1.5:8080 ×2, refused`. */
export function seenText(sights: readonly Sight[]): string {
  const counts = new Map<string, number>();
  for (const { seen, name } of sights) {
    const text = seen === "answered"
      ? name || "an answer"
      : name === ""
      ? seen
      : `${seen}: ${name}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, n]) => n === 1 ? text : `${text} ×${n}`).join(", ") || "nothing";
}

/** What differs between two rounds, a line for each change. */
export function changesText(before: Round, now: Round): readonly string[] {
  const was = cellsOf(before);
  const is = cellsOf(now);
  const lines: string[] = [];
  for (const [key, { from, cell }] of is) {
    const old = was.get(key);
    if (old === undefined) lines.push(`+ ${cellText(from, cell)}`);
    else if (old.cell.mark !== cell.mark) {
      lines.push(`${SIGNS[old.cell.mark]} → ${cellText(from, cell)}`);
    }
  }
  for (const [key, { from, cell }] of was) {
    if (!is.has(key)) {
      lines.push(`- ${from} → ${cell.name} ${cell.protocol} ${cell.kind} ${placeOf(cell)}: gone`);
    }
  }
  const failed = new Set(before.failures.map(({ agent }) => agent));
  const fails = new Set(now.failures.map(({ agent }) => agent));
  for (const { agent, why } of now.failures) {
    if (!failed.has(agent)) lines.push(`Agent ${agent}: ${why}`);
  }
  for (const agent of failed) if (!fails.has(agent)) lines.push(`Agent ${agent} answers again`);
  return lines;
}

function cellsOf({ columns }: Round): ReadonlyMap<string, { from: string; cell: Cell }> {
  return new Map(
    columns.flatMap(({ from, cells }) =>
      cells.map((cell) => [`${from} ${cell.key}`, { from, cell }] as const)
    ),
  );
}
