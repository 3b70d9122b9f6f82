/**
 * The picture of `windlass top`, as a pure function from what is known to lines of text.
 *
 * @module
 */
import { cell, countText, msText, type Span, sparkline, styled } from "../simulate/paint.ts";
import type { Order, Store } from "../ui/page/store.js";
import { bytesText, median, rateText, spanText } from "../ui/page/text.js";
import type { OpPoint, Overview, PlatformStatus } from "../ui/wire.ts";
import { COLORS, serviceLines, tableHead } from "./service_table.ts";

/** What the picture is of. */
export interface TopPicture {
  /** What is known. */
  readonly store: Store;
  /** By what services are ordered. */
  readonly order: Order;
  /** The names that are wanted; `null` for all. */
  readonly only: ReadonlySet<string> | null;
  /** Why nothing new comes; `""` if it does. */
  readonly trouble: string;
}

/** Orders in which the largest comes first. */
const LARGEST_FIRST: ReadonlySet<Order> = new Set([
  "endpoints",
  "active",
  "connectionRate",
  "byteRate",
]);
/** How many of the last operations are shown, if there is room. */
const SHOWN_OPS = 5;
/** How wide the result of an operation is: `done in 1,234 ms`. */
const RESULT_WIDTH = 16;
/** How many services get a line at the least. */
const LEAST_SERVICES = 3;

/** How much room there is. */
export interface Size {
  /** How many lines. */
  readonly rows: number;
  /** How many letters there are in a line. */
  readonly columns: number;
}

/** The picture, at most that many lines. What is to be seen first stands where no line is cut. */
export function topLines(
  { store, order, only, trouble }: TopPicture,
  size: Size,
): readonly (readonly Span[])[] {
  const { overview } = store;
  if (overview === null) return [[styled("bold", "windlass top  "), trouble || "waiting…"]];
  const head = [
    ...headLines(store, overview, size),
    ...trouble === "" ? [] : [[styled("red", trouble)]],
    [],
    tableHead(size.columns),
  ];
  const down = LARGEST_FIRST.has(order);
  const rows = store.sorted({ order, down, only });
  const room = Math.max(0, size.rows - head.length);
  const ops = store.ops.slice(-SHOWN_OPS).reverse();
  const forOps = Math.min(ops.length + 1, Math.max(0, room - LEAST_SERVICES));
  const services = serviceLines(rows, store, { ...size, rows: Math.max(0, room - forOps) });
  return [...head, ...services, [], ...ops.map(opLine)].slice(0, size.rows);
}

function headLines(
  store: Store,
  overview: Overview,
  { columns }: Size,
): readonly (readonly Span[])[] {
  const totals = store.totals();
  const spark = columns >= 100 ? 30 : columns >= 75 ? 20 : 10;
  const { backend, version, startedAt, now, verdict, source, ops, traffic, clients } = overview;
  const endpoints = `${countText(totals.used)}/${countText(totals.endpoints)}`;
  const node = overview.node === "" ? "every node" : overview.node;
  const took = store.syncs.map(({ stepMs, planMs, applyMs }) => stepMs + planMs + applyMs);
  return [
    [
      styled("bold", "windlass top  "),
      `${node}  ${backend}  ${version}  up ${spanText(now - startedAt)}  source ${source.name} `,
      styled(source.state === "ok" ? "green" : "yellow", source.state),
    ],
    [styled(COLORS[verdict.level], verdict.rule), `  ${verdict.why}`],
    [],
    [
      cell("services", 14),
      styled("bold", cell(countText(totals.services), 8, "right")),
      `  ${countText(totals.proxied)} ${clients === null ? "proxied" : "told"}  `,
      styled(totals.bad > 0 ? "red" : "dim", `${countText(totals.bad)} bad  `),
      styled(totals.warn > 0 ? "yellow" : "dim", `${countText(totals.warn)} to look at  `),
      styled("dim", `${endpoints} endpoints ${clients === null ? "used" : "ready"}`),
    ],
    ...clients === null ? [] : [[
      cell("clients", 14),
      styled("bold", cell(countText(clients.connected), 8, "right")),
      `  ${countText(clients.streams)} streams`,
    ]],
    ...traffic === null ? [] : [[
      cell("connections/s", 14),
      styled("bold", cell(rateText(store.rates.at(-1) ?? 0), 8, "right")),
      "  ",
      styled("cyan", cell(sparkline(store.rates, spark), spark)),
      `  ${countText(traffic.active)} open  ${bytesText(totals.byteRate)}/s`,
    ]],
    [
      cell("syncs", 14),
      styled("bold", cell(countText(overview.syncs), 8, "right")),
      "  ",
      styled("cyan", cell(sparkline(took, spark), spark)),
      took.length === 0 ? "" : `  median ${msText(median(took))} ms, `,
      took.length === 0 ? "" : `longest ${msText(Math.max(...took))} ms`,
    ],
    ...clients !== null ? [] : [[
      cell("operations", 14),
      styled("bold", cell(countText(ops.succeeded), 8, "right")),
      `  ${countText(ops.pending + ops.inFlight)} under way  `,
      styled(ops.troubled > 0 ? "red" : "dim", `${countText(ops.troubled)} wait after a failure`),
    ]],
    ...ops.troubles.slice(0, 2).map(({ op, key, error }): readonly Span[] => [
      styled("red", `  ${op} ${key}: `),
      error,
    ]),
    ...platformLines(overview.platform),
  ];
}

function platformLines(platform: PlatformStatus | null): readonly (readonly Span[])[] {
  if (platform === null) return [];
  const { name, objects, drift, error, waits } = platform;
  const counts = objects.map(({ kind, all, ours }) =>
    `${countText(ours)} of ${countText(all)} ${kind} ours`
  );
  return [
    [
      cell("platform", 14),
      `${[name, ...counts].join("  ")}  `,
      styled(drift.count > 0 ? "yellow" : "dim", `drift ${countText(drift.count)}`),
    ],
    ...error === "" ? [] : [[styled("red", `  ${error}`)]],
    ...waits.slice(0, 2).map((what) => [styled("yellow", `  waiting for ${what}`)]),
  ];
}

function opLine({ at, op, key, because, error, tookMs }: OpPoint): readonly Span[] {
  return [
    styled("dim", `${new Date(at).toISOString().slice(11, 19)}Z  `),
    error === ""
      ? styled("green", cell(`done in ${msText(tookMs)} ms`, RESULT_WIDTH))
      : styled("red", cell("failed", RESULT_WIDTH)),
    `  ${op} ${key}  `,
    error === "" ? styled("dim", because) : styled("red", error),
  ];
}
