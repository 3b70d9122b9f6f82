/**
 * One reader of updates, as server-sent events. It is written to only as fast as it reads: what it
 * has not read waits, and who falls too far behind is let go and may begin anew.
 *
 * @module
 */
import type { Update } from "./wire.ts";

/** How much may wait for one reader. */
export const READER_LIMITS = { updates: 60, bytes: 8 << 20 } as const;

/** How long a browser waits before it comes again, in milliseconds. */
const RETRY_MS = 2000;

/** An update as one server-sent event. JSON has no line breaks of its own. */
export function eventText(update: Update): string {
  return `data: ${JSON.stringify(update)}\n\n`;
}

/** One reader of updates. */
export class UpdateStream {
  /** What is sent, for the answer. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #first: Iterator<Update>;
  readonly #onEnd: () => void;
  readonly #waiting: Uint8Array<ArrayBuffer>[] = [];
  readonly #encoder = new TextEncoder();
  #waitingBytes = 0;
  #wake: (() => void) | null = null;
  #close = (): void => {};
  #ended = false;

  /** Begins with the first updates, each made when the reader has read the one before. */
  constructor(first: Iterable<Update>, onEnd: () => void) {
    this.#first = first[Symbol.iterator]();
    this.#onEnd = onEnd;
    this.body = new ReadableStream({
      start: (controller) => {
        this.#close = () => controller.close();
        controller.enqueue(this.#encoder.encode(`retry: ${RETRY_MS}\n\n`));
      },
      pull: async (controller) => {
        const chunk = await this.#next();
        if (chunk !== null) controller.enqueue(chunk);
      },
      cancel: () => {
        this.#close = () => {}; // it is closed already
        this.end();
      },
    }, { highWaterMark: 0 });
  }

  /** Has the reader told; a reader that is too far behind is let go. */
  tell(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#ended) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    const { updates, bytes } = READER_LIMITS;
    if (this.#waiting.length > updates || this.#waitingBytes > bytes) this.end();
    else this.#wake?.();
  }

  /** Ends it. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting.length = 0;
    this.#wake?.();
    this.#close();
    this.#onEnd();
  }

  /** The next that the reader gets; `null` once it has ended. */
  async #next(): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#ended) return null;
    const first = this.#first.next();
    if (first.done !== true) return this.#encoder.encode(eventText(first.value));
    while (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = null;
      if (this.#ended) return null;
    }
    const chunk = this.#waiting.shift() ?? null;
    this.#waitingBytes -= chunk?.length ?? 0;
    return chunk;
  }
}
