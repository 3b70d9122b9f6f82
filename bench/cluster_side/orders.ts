/**
 * What the benchmark and its API server say to each other, one JSON line each.
 *
 * @module
 */

/** What the server is to do. */
export type Order =
  /** Change one slice now. */
  | { readonly order: "change" }
  /** Change so many slices a second, for so long. */
  | { readonly order: "storm"; readonly perSecond: number; readonly seconds: number };

/** What the server did. */
export interface Answer {
  /** When it began, by {@linkcode clock}. */
  readonly sentAt: number;
  /** For how long it did nothing at most, which is no fault of who listens. */
  readonly stalledMs: number;
  /** The Services whose slices changed, and how many of their endpoints are ready now. */
  readonly changed: readonly { readonly service: number; readonly ready: number }[];
}

/** What a process has used. */
export interface Usage {
  /** Memory in use, in MB. */
  readonly megabytes: number;
  /** The most memory that was in use since its start, in MB. */
  readonly peakMegabytes: number;
  /** Time on a processor since its start, in milliseconds. */
  readonly cpuMs: number;
}

/** Milliseconds since 1970, finer than `Date.now()`; the same for all processes of a machine. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Reads an order. @throws {TypeError} If it is none. */
export function readOrder(line: string): Order {
  const { order, perSecond, seconds } = JSON.parse(line);
  if (order === "change") return { order };
  if (order === "storm" && Number.isInteger(perSecond) && Number.isInteger(seconds)) {
    return { order, perSecond, seconds };
  }
  throw new TypeError(`Cannot obey ${line}: it is no order`);
}

/** The lines of a stream of text, without what follows the last line break. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
