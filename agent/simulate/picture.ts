/**
 * The live picture of a simulation, as a pure function from what is known to lines of text.
 *
 * @module
 */
import { cell, countText, msText, secondsText, type Span, sparkline, styled } from "./paint.ts";
import { type Story, STORY_LINES } from "./scenario_names.ts";
import type { ReportFigures } from "./tally.ts";

/** How a pod looks in the picture. */
export type PodLook = "ready" | "starting" | "terminating" | "dead";

/** One service in the picture. */
export interface ServiceRow {
  /** Its name. */
  readonly name: string;
  /** `ip:port` of its ClusterIP. */
  readonly clusterIP: string;
  /** Its node port, `null` for none. */
  readonly nodePort: number | null;
  /** Its pods, oldest first. */
  readonly pods: readonly PodLook[];
  /** Right answers in the last second. */
  readonly answersPerSecond: number;
}

/** Everything that the picture shows. */
export interface PictureState {
  /** How long the simulation has run, in milliseconds. */
  readonly elapsedMs: number;
  /** How long it is meant to run. */
  readonly durationMs: number;
  /** The scenario that goes on. */
  readonly story: Story;
  /** All scenarios of this run. */
  readonly stories: readonly Story[];
  /** The services. */
  readonly services: readonly ServiceRow[];
  /** How many nodes run, and how many there are. */
  readonly nodes: { readonly up: number; readonly all: number };
  /** The API server: where it is, and whether it is away. */
  readonly api: { readonly url: string; readonly away: boolean };
  /** Connections and flows that are open now. */
  readonly open: number;
  /** Connections and flows opened in each of the last seconds, the newest last. */
  readonly connectionsPerSecond: readonly number[];
  /** Requests in each of the last seconds. */
  readonly requestsPerSecond: readonly number[];
  /** Those of them that were UDP. */
  readonly queriesPerSecond: readonly number[];
  /** The figures of all scenarios. */
  readonly figures: ReportFigures;
  /** When the first request came back, `null` if none has. */
  readonly firstReplyMs: number | null;
  /** What happened lately, the newest last. */
  readonly news: readonly { readonly atMs: number; readonly text: string; readonly bad: boolean }[];
}

const MARKS: Readonly<Record<PodLook, Span>> = {
  ready: styled("green", "●"),
  starting: styled("cyan", "◌"),
  terminating: styled("yellow", "◐"),
  dead: styled("red", "✕"),
};
const SPARK_WIDTH = 24;
/** Lines that news get even on a small terminal. */
const LEAST_NEWS = 3;

/** The picture, at most that many lines. */
export function pictureLines(
  state: PictureState,
  size: { readonly rows: number },
): readonly (readonly Span[])[] {
  const head = [...headLines(state), [], tableHead()];
  const room = Math.max(0, size.rows - head.length - 1);
  const services = serviceLines(state.services, Math.max(0, room - LEAST_NEWS));
  const news = newsLines(state, Math.max(0, room - services.length));
  return [...head, ...services, [], ...news].slice(0, size.rows);
}

function headLines(state: PictureState): readonly (readonly Span[])[] {
  const { figures, story, stories } = state;
  const pods = state.services.flatMap((service) => service.pods);
  const ready = pods.filter((pod) => pod === "ready").length;
  const place = stories.length > 1 ? ` (${stories.indexOf(story) + 1} of ${stories.length})` : "";
  return [
    [
      styled("bold", "windlass simulate  "),
      `${secondsText(state.elapsedMs)} of ${secondsText(state.durationMs)} s   `,
      styled("bold", `${story}${place}`),
      styled("dim", `  ${STORY_LINES[story]}`),
    ],
    [
      `${countText(state.services.length)} services  ${countText(ready)} endpoints, `,
      `${countText(pods.length - ready)} changing  ${state.nodes.up}/${state.nodes.all} nodes  `,
      state.api.away ? styled("red", "API server away") : `API ${state.api.url}`,
    ],
    [],
    rateLine("connections/s", state.connectionsPerSecond, `${state.open} open`),
    rateLine("requests/s", state.requestsPerSecond, firstReplyText(state)),
    rateLine("… of them UDP", state.queriesPerSecond, udpText(figures.udp)),
    spreadLine("latency", figures.latencyMsP50, figures.latencyMsP99, "request to reply"),
    spreadLine("sync", figures.syncMsP50, figures.syncMsP99, `${figures.syncs} syncs`),
    spreadLine(
      "change",
      figures.changeToTrafficMsP50,
      figures.changeToTrafficMsP99,
      "API write to first reply of a new endpoint",
    ),
    [
      ...faultSpans("failed", figures.failed),
      ...faultSpans("misrouted", figures.misrouted),
      ...faultSpans("connections cut", figures.connectionsCut),
    ],
  ];
}

function udpText({ retries, latencyMsP50, latencyMsP99 }: ReportFigures["udp"]): string {
  return `latency ${msText(latencyMsP50)} / ${msText(latencyMsP99)} ms, ${retries} sent again`;
}

function firstReplyText(state: PictureState): string {
  return state.firstReplyMs === null
    ? "waiting for the first reply"
    : `the first after ${countText(state.firstReplyMs)} ms`;
}

function rateLine(name: string, values: readonly number[], more: string): readonly Span[] {
  const spark = cell(sparkline(values, SPARK_WIDTH), SPARK_WIDTH);
  return [
    cell(name, 15),
    styled("bold", cell(countText(values.at(-1) ?? 0), 7, "right")),
    "  ",
    styled("cyan", spark),
    styled("dim", `  ${more}`),
  ];
}

function spreadLine(name: string, p50: number, p99: number, more: string): readonly Span[] {
  return [
    cell(name, 15),
    styled("bold", cell(msText(p50), 7, "right")),
    " ms median",
    styled("bold", cell(msText(p99), 7, "right")),
    " ms p99  ",
    styled("dim", more),
  ];
}

function faultSpans(name: string, count: number): readonly Span[] {
  return [`${name} `, styled(count === 0 ? "green" : "red", countText(count)), "   "];
}

const WIDTHS = { name: 14, clusterIP: 22, nodePort: 10, answers: 11 };

function tableHead(): readonly Span[] {
  return [styled(
    "dim",
    cell("SERVICE", WIDTHS.name) + cell("CLUSTER-IP", WIDTHS.clusterIP) +
      cell("NODE-PORT", WIDTHS.nodePort) + cell("ANSWERS/S", WIDTHS.answers, "right") +
      "  ENDPOINTS",
  )];
}

function serviceLines(
  services: readonly ServiceRow[],
  room: number,
): readonly (readonly Span[])[] {
  const fits = services.length <= room;
  const shown = fits ? services : services.slice(0, Math.max(0, room - 1));
  const lines = shown.map((service): readonly Span[] => [
    cell(service.name, WIDTHS.name - 1),
    " ",
    cell(service.clusterIP, WIDTHS.clusterIP),
    cell(service.nodePort === null ? "-" : String(service.nodePort), WIDTHS.nodePort),
    cell(countText(service.answersPerSecond), WIDTHS.answers, "right"),
    "  ",
    ...service.pods.map((look) => MARKS[look]),
  ]);
  return fits
    ? lines
    : [...lines, [styled("dim", `and ${countText(services.length - shown.length)} more`)]];
}

function newsLines(state: PictureState, room: number): readonly (readonly Span[])[] {
  const shown = room === 0 ? [] : state.news.slice(-room);
  return shown.map(({ atMs, text, bad }) => [
    styled("dim", `${cell(secondsText(atMs), 7, "right")} s  `),
    bad ? styled("red", text) : text,
  ]);
}

/** The picture in one line, for a pipe: one such line a second. */
export function progressLine(state: PictureState): string {
  const { figures } = state;
  return [
    `${cell(secondsText(state.elapsedMs), 6, "right")} s`,
    cell(state.story, 14),
    `${cell(countText(state.requestsPerSecond.at(-1) ?? 0), 6, "right")} requests/s`,
    `${cell(countText(state.queriesPerSecond.at(-1) ?? 0), 4, "right")} UDP`,
    `${cell(countText(state.connectionsPerSecond.at(-1) ?? 0), 5, "right")} connections/s`,
    `latency ${msText(figures.latencyMsP50)}/${msText(figures.latencyMsP99)} ms`,
    `sync ${msText(figures.syncMsP50)}/${msText(figures.syncMsP99)} ms`,
    `change ${msText(figures.changeToTrafficMsP50)}/${msText(figures.changeToTrafficMsP99)} ms`,
    `failed ${figures.failed}`,
    `misrouted ${figures.misrouted}`,
    `cut ${figures.connectionsCut}`,
  ].join("  ");
}
