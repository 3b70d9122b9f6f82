/**
 * Reads server-sent events: the data of each, as far as this program sends them (one line each).
 *
 * @module
 */

/** A line longer than this is nobody's. */
const LONGEST_LINE = 32 << 20;

/** The data of each event of a stream, in order, until it ends. */
export async function* eventData(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw new Error("Cannot read updates: a line has no end");
    for (const line of lines) {
      if (line.startsWith("data:")) yield line.slice("data:".length).trim();
    }
  }
}
