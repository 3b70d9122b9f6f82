/**
 * A run as a page: ratios first, then what was aimed at, what was left out, where and with what it was
 * measured, and the figures of each suite.
 *
 * @module
 */
import type { CaseResult } from "../harness.ts";
import { figure, shortPeer, verdict } from "../table.ts";
import { type Band, bandOf, peerOf, ratioBandOf } from "./band.ts";
import { type Chart, ratioText } from "./charts.ts";
import { chiefRatios } from "./choose.ts";
import { type BenchResult, BROKEN_OFF, type Machine, wasBusy } from "./result.ts";

/** The page; charts lie in a folder that it names. */
export function markdown(
  result: BenchResult,
  charts: readonly Chart[],
  folder: string,
): string {
  const pictures = (suite: string, kind: Chart["kind"]) =>
    charts.filter((chart) => chart.suite === suite && chart.kind === kind)
      .map(({ title, file }) => `![${title}](${encodeURI(`${folder}/${file}`)})`);
  const suites = Object.entries(result.results);
  const paragraphs = [
    `# Benchmark of ${result.date.slice(0, 10)}`,
    ...warnings(result),
    "## Ratios",
    ...suites.flatMap(([suite, cases]) => [...pictures(suite, "ratios"), ...ratioTable(cases)]),
    ...(suites.some(([, cases]) => chiefRatios(cases).length > 0) ? [] : [NO_RATIOS]),
    "## What was aimed at",
    aims(suites.flatMap(([, cases]) => cases)),
    ...leftOut(result),
    "## Where and with what",
    whereAndWith(result),
    ...suites.flatMap(([suite, cases]) => [
      `## ${suite}`,
      ...(result.titles[suite] === undefined ? [] : [result.titles[suite]]),
      ...pictures(suite, "figures"),
      figures(cases),
      ...remarks(result.notes[suite] ?? []),
    ]),
  ];
  return `${paragraphs.filter((each) => each !== "").join("\n\n")}\n`;
}

const NO_RATIOS = "No case of this run has a peer that was measured beside it.";

/** What makes figures worth less. */
function warnings({ quick, machine, notes }: BenchResult): readonly string[] {
  const quickly =
    "A quick run: small sizes, few rounds, few peers. It shows that everything runs, " +
    "not how fast.";
  const load = figure(machine.loadBefore[0] ?? NaN);
  const busy = `The machine was busy with something else (load ${load} on ${machine.cores} ` +
    "processors before the run): trust no figure.";
  const broken = Object.entries(notes).flatMap(([suite, texts]) =>
    texts.filter((text) => text.startsWith(BROKEN_OFF)).map((text) => `The suite ${suite}. ${text}`)
  );
  return [...broken, ...(quick ? [quickly] : []), ...(wasBusy(machine) ? [busy] : [])]
    .map((text) => `> ${text.replaceAll("\n", " ")}`);
}

function ratioTable(cases: readonly CaseResult[]): readonly string[] {
  const chief = chiefRatios(cases);
  if (chief.length === 0) return [];
  const rows = chief.map((own) => {
    const peer = peerOf(own, cases);
    const band = peer === null ? null : ratioBandOf(own, peer);
    return [
      own.name,
      `**${ratioText(own.timesBetter ?? NaN)}**`,
      bandText(band, ratioText),
      shortPeer(own),
    ];
  });
  return [grid(["case", "times better", "noise", "than"], rows)];
}

function aims(cases: readonly CaseResult[]): string {
  const aimed = cases.filter(({ target }) => target !== null);
  if (aimed.length === 0) return "Nothing in this run.";
  const rows = aimed.map((each) => [
    each.name,
    each.target?.kind === "figure"
      ? `${figure(each.median)} ${each.unit}`
      : ratioText(each.timesBetter ?? NaN),
    verdict(each),
  ]);
  return grid(["case", "measured", "aim"], rows);
}

const LEFT_OUT = /^Left out: (.*)$/s;

function leftOut({ notes }: BenchResult): readonly string[] {
  const missing = new Set(
    Object.values(notes).flat().flatMap((note) => LEFT_OUT.exec(note)?.[1] ?? []),
  );
  return missing.size === 0 ? [] : ["## Left out", bullets([...missing])];
}

/** How a suite tells the version of something that was measured. */
const VERSION = /^(.+): (\d+(?:\.\d+)+\S*)$/;

function whereAndWith({ machine, versions, notes, date }: BenchResult): string {
  const measured = new Map(
    Object.values(notes).flat().flatMap((note) => {
      const [, name, version] = VERSION.exec(note) ?? [];
      return name === undefined || version === undefined ? [] : [[name, version] as const];
    }),
  );
  return grid(["what", "which"], [
    ["taken at", date],
    ...machineRows(machine),
    ...Object.entries(versions),
    ...measured,
  ]);
}

function machineRows({ os, arch, cores, cpu, kernel, loadBefore, loadAfter }: Machine) {
  const loads = (averages: readonly number[]) => averages.map(figure).join(", ") || "unknown";
  return [
    ["system", `${os} ${arch}${kernel === null ? "" : `, ${kernel}`}`],
    ["processors", `${cores}${cpu === null ? "" : ` × ${cpu}`}`],
    ["load before and after", `${loads(loadBefore)}; ${loads(loadAfter)}`],
  ];
}

function figures(cases: readonly CaseResult[]): string {
  if (cases.length === 0) return "Nothing was measured.";
  const rows = cases.map((each) => [
    each.name,
    each.timesBetter === null ? "" : `${ratioText(each.timesBetter)} ${shortPeer(each)}`,
    figure(each.median),
    bandText(bandOf(each), figure),
    figure(each.p99),
    each.unit,
    String(each.samples),
  ]);
  return grid(["case", "against its peer", "median", "noise", "p99", "unit", "samples"], rows);
}

function remarks(notes: readonly string[]): readonly string[] {
  const rest = notes.filter((note) =>
    !LEFT_OUT.test(note) && !VERSION.test(note) && !note.startsWith(BROKEN_OFF)
  );
  return rest.length === 0 ? [] : [bullets(rest)];
}

function bandText(band: Band | null, text: (value: number) => string): string {
  return band === null ? "" : `${text(band.low)} … ${text(band.high)}`;
}

function bullets(texts: readonly string[]): string {
  return texts.map((text) => `- ${text.replaceAll("\n", " ")}`).join("\n");
}

/** A table; bars in cells would end them. */
function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
