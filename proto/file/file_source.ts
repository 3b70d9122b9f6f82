/**
 * The file source: snapshot files and folders of them, read once or again on every change. Needs read
 * permission for the paths and the folders that they are in.
 *
 * @module
 */
import { type Source, SourceError, type SourceReport, type SourceSink } from "../source.ts";
import { FolderWatch } from "./folder_watch.ts";
import { type Input, inputReader, readStandardInput, STANDARD_INPUT } from "./inputs.ts";
import { nextRound, type Round } from "./round.ts";

/** What the file source is to read. */
export interface FileSourceOptions {
  /**
   * Files, and folders whose `*.yaml`, `*.yml` and `*.json` are read, in the order of their names; `-` is
   * standard input.
   */
  readonly paths: readonly string[];
  /** Whether to read once only, rather than again on every change. */
  readonly once: boolean;
  /**
   * How long nothing must happen after a change before the files are read again, in milliseconds.
   *
   * @default {100}
   */
  readonly settleMs?: number;
  /**
   * How often to look even if nothing seems to happen, in milliseconds: changes on network shares and
   * of folders further up are not noticed otherwise.
   *
   * @default {30000}
   */
  readonly pollMs?: number;
  /**
   * How long to wait before looking again for a folder that is gone, in milliseconds.
   *
   * @default {1000}
   */
  readonly retryMs?: number;
  /**
   * Gives standard input to its end.
   *
   * @default {readStandardInput}
   */
  readonly standardInput?: (signal: AbortSignal) => Promise<Uint8Array>;
}

/** A source that reads Kubernetes objects from files. */
export function fileSource(options: FileSourceOptions): Source {
  return { name: "file", run: (sink, signal) => run(options, sink, signal) };
}

async function run(
  options: FileSourceOptions,
  sink: SourceSink,
  signal: AbortSignal,
): Promise<void> {
  const { paths, once, settleMs = 100, pollMs = 30_000, retryMs = 1000 } = options;
  if (paths.length === 0) {
    throw new SourceError(
      "bad-config",
      "Cannot read files: no path is given; name one with --input",
    );
  }
  const { standardInput = readStandardInput } = options;
  const read = inputReader(() => standardInput(signal));
  const readInputs = () => Promise.all([...new Set(paths)].map(read));
  let inputs = await readInputs();
  for (const input of inputs) {
    if (input.ok) continue;
    if (signal.aborted) return;
    throw startError(input);
  }
  let round = tell(nextRound(null, inputs), sink);
  if (!once && paths.every((path) => path === STANDARD_INPUT)) await aborted(signal);
  let unwatched = 0; // how often in a row everything was there and could not be watched
  while (!once && !signal.aborted) {
    using watch = openWatch(inputs, settleMs);
    inputs = await readInputs();
    if (signal.aborted) return;
    round = tell(nextRound(round, inputs), sink);
    if (watch instanceof FolderWatch) {
      unwatched = 0;
      if (watch.covers(inputs)) await watch.changed(pollMs, signal);
      continue;
    }
    unwatched = inputs.every((input) => input.ok) ? unwatched + 1 : 0;
    if (unwatched === 2) sink.report(unwatchedReport(paths, watch.why, pollMs));
    await pause(unwatched < 2 ? retryMs : pollMs, signal);
  }
}

function tell(round: Round, sink: SourceSink): Round {
  for (const report of round.reports) sink.report(report);
  if (round.events.length > 0) sink.events(round.events);
  return round;
}

/**
 * A watch on the inputs, or why there is none. Mostly because a folder is gone just now, which Deno tells
 * in other words on each platform; or the system has no watches left.
 */
function openWatch(
  inputs: readonly Input[],
  settleMs: number,
): FolderWatch | { readonly why: string; [Symbol.dispose](): void } {
  try {
    return new FolderWatch(inputs, settleMs);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { why: error.message, [Symbol.dispose]() {} };
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

function startError({ path, missing, why }: Extract<Input, { ok: false }>): SourceError {
  return missing
    ? new SourceError(
      "not-found",
      `Cannot read "${path}": there is no such file or folder; give --input an existing path`,
    )
    : new SourceError(
      "unreadable",
      `Cannot read "${path}": ${why}; make it readable for this user`,
    );
}

function unwatchedReport(paths: readonly string[], why: string, pollMs: number): SourceReport {
  return {
    severity: "note",
    where: paths.join(", "),
    message: `Cannot watch for changes: ${why}; looking every ${pollMs / 1000} s instead`,
  };
}
