/**
 * What was seen, as the XML that test reporters read: a suite for each prober, a case for each
 * address. Pure.
 *
 * @module
 */
import { cellText, placeOf } from "./matrix.ts";
import type { Cell, Mark, Round } from "./model.ts";

/** The round as JUnit's XML, with a line break at the end. */
export function junitText(round: Round): string {
  const at = new Date(round.at).toISOString().replace(/\.\d+Z$/, "");
  const suites = [
    ...round.columns.map(({ from, cells }) => {
      const head = attributes({
        name: from,
        tests: cells.length,
        failures: count(cells, "wrong"),
        errors: 0,
        skipped: count(cells, "unknown"),
        timestamp: at,
      });
      return `  <testsuite ${head}>\n${cells.map((cell) => caseText(from, cell)).join("")}` +
        "  </testsuite>\n";
    }),
    ...round.failures.map(({ agent, why }) => {
      const head = attributes({ name: agent, tests: 1, failures: 0, errors: 1, timestamp: at });
      return `  <testsuite ${head}>\n    <testcase ${attributes({ name: "answers" })}>` +
        `<error ${attributes({ message: why })}/></testcase>\n  </testsuite>\n`;
    }),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="windlass probe">\n${
    suites.join("")
  }</testsuites>\n`;
}

function count(cells: readonly Cell[], mark: Mark): number {
  return cells.filter((cell) => cell.mark === mark).length;
}

function caseText(from: string, cell: Cell): string {
  const { name, protocol, kind, sights, mark } = cell;
  const ms = sights.reduce((sum, sight) => sum + sight.ms, 0);
  const head = attributes({
    classname: `${name} ${protocol}`,
    name: `${kind} ${placeOf(cell)}`,
    time: ms / 1000,
  });
  if (mark === "ok") return `    <testcase ${head}/>\n`;
  const message = attributes({ message: cellText(from, cell) });
  const what = mark === "wrong" ? `<failure ${message}/>` : `<skipped ${message}/>`;
  return `    <testcase ${head}>${what}</testcase>\n`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(" ");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escaped(text: string): string {
  return [...text].map((char) => ENTITIES[char] ?? (char < " " || char === "\x7f" ? " " : char))
    .join("");
}
