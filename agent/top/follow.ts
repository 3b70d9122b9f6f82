/**
 * Follows a running windlass by its metrics address: reads its updates into a store, again and again
 * if it goes away. Needs the permission to use the network.
 *
 * @module
 */
import { RunError } from "../run_error.ts";
import { backoffMs, type Timers, waitAtMost } from "../timers.ts";
import type { Store } from "../ui/page/store.js";
import { UI_PATHS } from "../ui/routes.ts";
import type { Update } from "../ui/wire.ts";
import { eventData } from "./event_lines.ts";

/** Whom to follow, and who is told. */
export interface FollowOptions {
  /** `host:port` of the metrics address. */
  readonly address: string;
  /** What takes the updates in. */
  readonly store: Store;
  /** Is called after each update. */
  readonly onUpdate: (update: Update) => void | Promise<void>;
  /** Is called with the reason if nothing new comes. */
  readonly onTrouble: (why: string) => void;
  /** The clock. */
  readonly timers: Timers;
}

/** A windlass that restarts is back soon. */
const LONGEST_WAIT_MS = 5000;

/**
 * Follows until the signal.
 *
 * @throws {RunError} If there is nobody to follow, or somebody else, at the first try.
 */
export async function follow(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { store, timers, onTrouble } = options;
  for (let retry = 1; !signal.aborted; retry++) {
    let why = "it has closed the connection";
    try {
      await followOnce(options, signal);
      retry = 1;
    } catch (error) {
      if (signal.aborted) return;
      if (store.overview === null || !(error instanceof Error)) throw error;
      why = error.message;
    }
    onTrouble(`${why}; trying again`);
    const wait = backoffMs(retry, { first: 500, most: LONGEST_WAIT_MS });
    await waitAtMost(wait, timers, signal);
  }
}

async function followOnce(
  { address, store, onUpdate, onTrouble }: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  const body = await open(`http://${address}${UI_PATHS.events}`, signal);
  for await (const data of eventData(body)) {
    const update = JSON.parse(data) as Update; // open() has seen that it is ours
    store.apply(update);
    if (update.reset === true) onTrouble("");
    await onUpdate(update);
    if (signal.aborted) return;
  }
}

/** The names of the services that have the words of a query in name, address or port. */
export async function find(
  address: string,
  query: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const url = `http://${address}${UI_PATHS.find}?q=${encodeURIComponent(query)}`;
  const answer = await ask(url, signal);
  const names: unknown = await answer.json();
  if (!Array.isArray(names)) throw notOurs(url, "its answer is no list");
  return names.map(String);
}

async function open(
  url: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const answer = await ask(url, signal);
  const type = answer.headers.get("content-type") ?? "none";
  if (answer.body !== null && type.startsWith("text/event-stream")) return answer.body;
  await answer.body?.cancel();
  throw notOurs(url, `its content type is ${type}`);
}

async function ask(url: string, signal: AbortSignal): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal });
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new RunError(
      `Cannot ask a running windlass at ${url}: ${what}; ` +
        "--address must be the --metrics-bind-address of one that runs",
    );
  }
  if (answer.ok) return answer;
  const said = (await answer.text()).trim();
  throw notOurs(url, `it answers ${answer.status}, "${said.slice(0, 200)}"`);
}

function notOurs(url: string, why: string): RunError {
  return new RunError(
    `Cannot follow ${url}: ${why}; --address must be the --metrics-bind-address of a ` +
      "windlass that proxies, or serves KPNG",
  );
}
