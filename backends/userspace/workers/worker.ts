/**
 * The program of a worker: opens its data path and serves it until it is told to close, or a fault ends
 * it. Whatever ends it, its sockets are closed: the system keeps no account of those of a library.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { messageOf } from "../sockets.ts";
import { Host } from "./host.ts";
import type { FromWorker, StartMessage, ToWorker } from "./messages.ts";
import { type OpenEngine, type OpenPath, openPath } from "./open_path.ts";
import { remoteLog } from "./remote_log.ts";

/** The longest that an engine waits in the system before it looks up. */
const LONGEST_TURN_MS = 60_000;

/** For how long orders are carried out in a row: about what some small requests take. */
const ORDERS_MS = 0.1;

self.addEventListener("message", start, { once: true });

function post(message: FromWorker): void {
  self.postMessage(message);
}

function start({ data }: MessageEvent<StartMessage>): void {
  const { settings, posted } = data;
  const log = remoteLog(settings.verbosity, post);
  const onConnection = settings.events
    ? (event: (FromWorker & { readonly type: "connection" })["event"]) =>
      post({ type: "connection", event })
    : null;
  try {
    serve(openPath(settings, { log, onConnection }), new Int32Array(posted));
  } catch (error) {
    post({ type: "fault", native: settings.dataPath === "native", why: messageOf(error) });
  }
}

function serve({ path, engine, why }: OpenPath, posted: Int32Array): void {
  const host = new Host(path, post, engine === null ? undefined : trafficBetween(engine));
  let isOver = false;
  const fail = (error: unknown) => {
    if (isOver) return;
    isOver = true;
    engine?.[Symbol.dispose]();
    post({ type: "fault", native: engine !== null, why: messageOf(error) });
  };
  self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
    host.take(data).catch(fail);
  });
  self.addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.error);
  });
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail(event.reason);
  });
  if (engine === null) {
    post({ type: "ready", dataPath: "deno", why, wake: null });
    return;
  }
  post({ type: "ready", dataPath: "native", why, wake: engine.engine.wakeHandle });
  turn(engine, host, posted).catch(fail);
}

/** Gives the traffic its turn when orders have taken their time. */
function trafficBetween({ engine }: OpenEngine): () => void {
  let last = 0;
  return () => {
    const now = performance.now();
    if (now - last < ORDERS_MS) return;
    engine.turn(0);
    last = performance.now();
  };
}

/**
 * Turns the engine, and goes back to JavaScript's event loop whenever a message is on its way. Between
 * two messages the traffic has its turn, so that it does not wait for a long row of them. What a message
 * asks for must not need a turn: it would never be done.
 */
async function turn(open: OpenEngine, host: Host, posted: Int32Array): Promise<void> {
  const { engine } = open;
  const isAwaited = () => host.handled < Atomics.load(posted, 0);
  while (!host.isClosed) {
    engine.turn(isAwaited() ? 0 : LONGEST_TURN_MS);
    // The turn may have ended what somebody waits for: let it be told now, not with the next message.
    await (isAwaited() ? host.next : null);
  }
  open[Symbol.dispose]();
}
