/**
 * What is printed when a simulation is over: a table, what went wrong in words, and the verdict.
 *
 * @module
 */
import type { Figures } from "./figures.ts";
import { cell, countText, msText, secondsText, type Span, styled } from "./paint.ts";
import type { SimulateOptions } from "./options.ts";
import type { Outcome } from "./simulation.ts";
import type { Failure } from "./tally.ts";

/** What the summary tells. */
export interface SummaryFacts {
  /** What was chosen. */
  readonly options: SimulateOptions;
  /** What was found. */
  readonly outcome: Outcome;
  /** The figures of all scenarios. */
  readonly total: Figures;
}

const NAME_WIDTH = 15;
const COLUMNS: readonly {
  readonly head: string;
  readonly width: number;
  readonly text: (figures: Figures) => string;
}[] = [
  { head: "requests", width: 10, text: (figures) => countText(figures.requests) },
  { head: "failed", width: 8, text: (figures) => countText(figures.failed) },
  { head: "misrouted", width: 11, text: (figures) => countText(figures.misrouted) },
  { head: "cut", width: 6, text: (figures) => countText(figures.connectionsCut) },
  { head: "syncs", width: 7, text: (figures) => countText(figures.syncs) },
  { head: "sync ms", width: 14, text: (figures) => spread(figures.syncMs) },
  { head: "change ms", width: 15, text: (figures) => spread(figures.changeToTrafficMs) },
  { head: "latency ms", width: 14, text: (figures) => spread(figures.latencyMs) },
];

/** The summary's lines. */
export function summaryLines(facts: SummaryFacts): readonly (readonly Span[])[] {
  const { options, outcome, total } = facts;
  const stories = outcome.tally.stories();
  const row = (name: string, figures: Figures): string =>
    cell(name, NAME_WIDTH) +
    COLUMNS.map(({ width, text }) => cell(text(figures), width, "right")).join("");
  return [
    [
      styled("bold", "windlass simulate"),
      ` for ${secondsText(outcome.elapsedMs)} s${outcome.interrupted ? " (ended early)" : ""}: ` +
      `${options.services} services with ${options.podsPerService} pods each on ` +
      `${options.nodes} nodes, ${options.connections} clients, seed ${options.seed}`,
    ],
    [firstReplyLine(outcome.firstReplyMs)],
    [],
    [styled(
      "dim",
      cell("scenario", NAME_WIDTH) +
        COLUMNS.map(({ head, width }) => cell(head, width, "right")).join(""),
    )],
    ...stories.map(([name, figures]): readonly Span[] => [row(name, figures)]),
    ...(stories.length > 1 ? [[styled("bold", row("all", total))]] : []),
    [styled(
      "dim",
      "Two values are the median and the 99th percentile. Change: from the API write",
    )],
    [styled("dim", "that adds a ready endpoint to its first reply, while the API server is up.")],
    ...(total.udp.requests === 0 ? [] : [[udpLine(total)]]),
    ...(total.excused === 0 ? [] : [[
      `${countText(total.excused)} requests ended with the pod that held them, as they must.`,
    ]]),
    [],
    ...failureLines(outcome.tally.failures, total),
    verdictLine(total),
  ];
}

function udpLine({ udp }: Figures): string {
  return `${countText(udp.requests)} of the requests were UDP, on ${countText(udp.connections)} ` +
    `flows; ${countText(udp.retries)} were sent again; latency ${spread(udp.latencyMs)} ms.`;
}

function firstReplyLine(firstReplyMs: number | null): string {
  return firstReplyMs === null
    ? "No request was answered."
    : `The first proxied request was answered ${countText(firstReplyMs)} ms after the start.`;
}

/** What went wrong, in words; nothing if nothing did. */
export function failureLines(
  failures: readonly Failure[],
  total: Figures,
): readonly (readonly Span[])[] {
  const all = total.failed + total.misrouted + total.connectionsCut;
  if (all === 0) return [];
  const more = all - failures.length;
  return [
    ...failures.map(({ atMs, story, verdict, rule, what }): readonly Span[] => [
      `${cell((atMs / 1000).toFixed(3), 8, "right")} s  ${story}  `,
      styled("red", verdict),
      ` (${rule})  ${what}`,
    ]),
    ...(more > 0 ? [[`… and ${countText(more)} more`]] : []),
    [],
  ];
}

function verdictLine(total: Figures): readonly Span[] {
  if (total.clean && total.requests > 0) {
    return [
      styled("green", "OK"),
      `: ${countText(total.requests)} requests, each answered by an endpoint that the view ` +
      "allowed; no connection was cut.",
    ];
  }
  if (total.clean) return [styled("yellow", "NOTHING SEEN"), ": no request was made."];
  return [
    styled("red", "FAILED"),
    `: ${countText(total.failed)} failed, ${countText(total.misrouted)} misrouted, ` +
    `${countText(total.connectionsCut)} connections cut.`,
  ];
}

function spread(values: Figures["syncMs"]): string {
  return values.count === 0
    ? "-"
    : `${msText(values.quantile(0.5))} / ${msText(values.quantile(0.99))}`;
}
