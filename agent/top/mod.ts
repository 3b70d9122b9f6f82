/**
 * `windlass top`: what a running windlass believes and does, in a terminal. It reads the same updates
 * as the status page.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { EXIT } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { paintLine } from "../simulate/paint.ts";
import { Screen } from "../simulate/screen.ts";
import type { Timers } from "../timers.ts";
import { type Order, Store } from "../ui/page/store.js";
import type { Update } from "../ui/wire.ts";
import { find, follow } from "./follow.ts";
import { topLines, type TopPicture } from "./picture.ts";

/** What is to be shown. */
export interface TopOptions {
  /** `host:port` of the metrics address of a running windlass. */
  readonly address: string;
  /** By what services are ordered. */
  readonly order: Order;
  /** Words that a service must have in name, address or port; `""` for all services. */
  readonly search: string;
  /** Whether it ends when all is told once. */
  readonly once: boolean;
  /** As what it is printed. */
  readonly output: "text" | "json";
}

/** How many lines a picture in a pipe has, unless it is the only one. */
const PIPE_ROWS = 40;
/** The size of a terminal that does not tell it. */
const USUAL_SIZE = { columns: 80, rows: 24 };

/**
 * Follows a running windlass until the signal, or until all was told once.
 *
 * @returns The exit code: with `once`, 1 if the proxy is in a bad way.
 * @throws {RunError} If there is nobody to follow.
 */
export async function top(
  options: TopOptions,
  io: Pick<Io, "stdout" | "env">,
  { timers, signal }: { readonly timers: Timers; readonly signal: AbortSignal },
): Promise<number> {
  const { address, order, search, once } = options;
  const store = new Store();
  const done = new AbortController();
  const until = AbortSignal.any([done.signal, signal]);
  using show = showOn(options, io);
  let only: ReadonlySet<string> | null = null;
  let trouble = "";
  let told = false;

  async function onUpdate(update: Update): Promise<void> {
    if (!store.complete) return;
    const moved = update.reset || update.complete || update.rows?.length || update.gone?.length;
    if (search !== "" && moved) only = new Set(await find(address, search, until));
    // There is no rate before the second counts.
    if (told || !once) show.frame({ store, order, only, trouble });
    if (told && once) done.abort();
    told = true;
  }

  await follow({
    address,
    store,
    onUpdate,
    onTrouble(why) {
      trouble = why;
      if (why !== "") show.frame({ store, order, only, trouble });
    },
    timers,
  }, until);
  return once && store.overview?.verdict.level === "bad" ? EXIT.failed : EXIT.done;
}

interface Show extends Disposable {
  frame(picture: TopPicture): void;
}

function showOn({ output, once }: TopOptions, { stdout, env }: Pick<Io, "stdout" | "env">): Show {
  const print = (picture: TopPicture, rows: number): string =>
    topLines(picture, { rows, columns: Infinity })
      .map((line) => `${paintLine(line, { columns: Infinity, color: false }).trimEnd()}\n`).join(
        "",
      );
  switch (output) {
    case "json":
      return frames((picture) => stdout.write(`${JSON.stringify(documentOf(picture))}\n`));
    case "text":
      if (once) return frames((picture) => stdout.write(print(picture, Infinity)));
      return stdout.isTerminal
        ? screenShow(stdout, (env("NO_COLOR") ?? "") === "")
        : frames((picture) => stdout.write(`${print(picture, PIPE_ROWS)}\n`));
    default:
      return unreachable(output);
  }
}

function frames(frame: Show["frame"]): Show {
  return { frame, [Symbol.dispose]() {} };
}

function screenShow(stdout: Io["stdout"], color: boolean): Show {
  const screen = new Screen((text) => stdout.write(text));
  let shown = stdout.size() ?? USUAL_SIZE;
  return {
    frame(picture) {
      const size = stdout.size() ?? USUAL_SIZE;
      if (size.columns !== shown.columns || size.rows !== shown.rows) screen.redraw();
      shown = size;
      const lines = topLines(picture, size);
      screen.draw(lines.map((line) => paintLine(line, { columns: size.columns, color })));
    },
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  };
}

/** The same as plain data. */
function documentOf({ store, order, only, trouble }: TopPicture): unknown {
  const rows = store.sorted({ order, down: order !== "service" && order !== "verdict", only });
  return {
    trouble,
    overview: store.overview,
    totals: store.totals(),
    services: rows.map((row) => ({ ...row, traffic: store.traffic(row.service) })),
  };
}
