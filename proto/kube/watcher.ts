/**
 * One watch of one kind, from its opening to its end. It begins at a version, or with nothing: then
 * everything that is there comes first (a streaming list).
 *
 * @module
 */
import { goodAnswer, SilenceError } from "./answers.ts";
import type { KubeConnection } from "./connection.ts";
import { streamPath, watchPath } from "./resources.ts";
import { type Timing, Watchdog } from "./timing.ts";
import { type WatchEnd, type WatchListener, WatchProgress } from "./watch_progress.ts";
import { watchEvents } from "./watch_stream.ts";

/** What a watch needs. */
export interface WatcherOptions extends WatchListener {
  /** The way to the server. */
  readonly connection: KubeConnection;
  /** The clock. */
  readonly timing: Timing;
  /** Hears once that the watch works: news came, or it has been open for a while. */
  readonly onAlive: () => void;
}

/** How long the server may take to open a watch. */
const OPENING_MS = 30_000;

/** A watch that is open for so long counts as working, even if nothing happens. */
const SETTLED_MS = 5_000;

/**
 * How long an open watch may be silent. Servers send a bookmark each minute (`bookmarkFrequency` of
 * apiserver's cacher); a silent one is dead without knowing it. Opening another one costs next to
 * nothing if it was not.
 */
const SILENCE_MS = 150_000;

/** How long the server may be silent within a streaming list. */
const LIST_SILENCE_MS = 60_000;

/** client-go's `minWatchTimeout`: a watch is to last 5 to 10 minutes, at random. */
const SHORTEST_WATCH_S = 300;

/** Watches from a version, or with `null` from nothing, until the watch ends. Never throws. */
export async function watchFrom(
  version: string | null,
  options: WatcherOptions,
  signal: AbortSignal,
): Promise<WatchEnd> {
  const { connection, timing, onAlive } = options;
  const progress = new WatchProgress(version, options);
  using dog = new Watchdog(timing, signal);
  let lastWordAt: number | null = null;
  let cancelSettled = () => {};
  const alive = once(() => {
    cancelSettled();
    progress.lived = true;
    onAlive();
  });
  const feed = () => {
    lastWordAt = timing.now();
    const patience = progress.listed ? SILENCE_MS : LIST_SILENCE_MS;
    dog.feed(patience, () => new SilenceError(patience));
  };
  const ending = () => {
    if (lastWordAt !== null) progress.quietMs = timing.now() - lastWordAt;
  };
  try {
    dog.feed(OPENING_MS, () => new SilenceError(OPENING_MS));
    const seconds = Math.round(SHORTEST_WATCH_S * (1 + timing.random()));
    const path = pathOf(version, seconds, options);
    const { body } = await goodAnswer(await connection.get(path, dog.signal));
    if (progress.listed) cancelSettled = timing.after(SETTLED_MS, alive);
    feed();
    for await (const batch of watchEvents(body)) {
      const good = batch.some(({ type }) => type !== "error" && type !== "garbled");
      progress.heard ||= good;
      if (good && progress.listed) alive();
      const end = progress.take(batch);
      feed();
      if (end !== null) return end;
    }
    ending();
    return progress.listed
      ? progress.end("ended", null)
      : progress.end("failed", new Error("the server's list broke off"));
  } catch (error) {
    ending();
    return progress.failed(dog.signal.aborted ? dog.signal.reason : error);
  } finally {
    cancelSettled();
  }
}

function pathOf(version: string | null, seconds: number, { resource }: WatcherOptions): string {
  return version === null ? streamPath(resource, seconds) : watchPath(resource, version, seconds);
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
