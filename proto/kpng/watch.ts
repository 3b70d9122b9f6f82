/**
 * One stream of KPNG's API on the server's side: rounds. One request, then operations, then `Sync`; the
 * first round begins with `Reset`. Nothing is sent that was not asked for.
 *
 * @module
 */
import { fromBinary } from "@bufbuild/protobuf";
import { type GlobalWatchReq, GlobalWatchReqSchema } from "./api/globalv1_pb.ts";
import { WatchReqSchema } from "./api/localv1_pb.ts";
import { globalDifference, globalFullSet } from "./global_round.ts";
import type { Hub } from "./hub.ts";
import { localDifference, localFullSet, type LocalTold, localTold } from "./local_round.ts";
import type { Model } from "./model.ts";
import { RESET, SYNC } from "./operations.ts";
import { GrpcError, STATUS } from "./status.ts";

/** A stream as the server has it. */
export interface WatchCall {
  /** The client's messages. Ends when the client has nothing more to say. */
  readonly requests: AsyncIterable<Uint8Array>;
  /** Sends bytes; resolves when there is room for more. Rejects if the client is gone. */
  send(chunks: Iterable<Uint8Array>): Promise<void>;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** What one of the two APIs tells. */
interface Api<Request, Told> {
  /** Reads a request. */
  readonly read: (message: Uint8Array) => Request;
  /** What a request asks to be told of a model. */
  readonly told: (model: Model, request: Request) => Told;
  /** The operations for one who knows nothing. */
  readonly full: (now: Told) => Iterable<Uint8Array>;
  /** The operations for one who was told before. */
  readonly difference: (before: Told, now: Told) => readonly Uint8Array[];
  /** Whether the answer is due even if it says nothing new: the question is another one. */
  readonly isOther: (before: Told, now: Told) => boolean;
  /** How a stream ends whose client has nothing more to say. */
  readonly eof: GrpcError;
}

const LOCAL: Api<string, LocalTold> = {
  read: (message) => fromBinary(WatchReqSchema, message).NodeName,
  told: localTold,
  full: localFullSet,
  difference: localDifference,
  isOther: (before, now) => before.node.name !== now.node.name,
  eof: new GrpcError(STATUS.aborted, "recv error: EOF"),
};

const GLOBAL: Api<GlobalWatchReq, Model> = {
  read: (message) => fromBinary(GlobalWatchReqSchema, message),
  told: (model) => model,
  full: globalFullSet,
  difference: globalDifference,
  isOther: () => false,
  eof: new GrpcError(STATUS.unknown, "EOF"),
};

/** Serves a stream of `localv1.Sets/Watch`, until its client or the hub ends it. */
export function serveLocal(call: WatchCall, hub: Hub): Promise<void> {
  return serve(LOCAL, call, hub);
}

/** Serves a stream of `globalv1.Sets/Watch`, until its client or the hub ends it. */
export function serveGlobal(call: WatchCall, hub: Hub): Promise<void> {
  return serve(GLOBAL, call, hub);
}

async function serve<Request, Told>(
  api: Api<Request, Told>,
  call: WatchCall,
  hub: Hub,
): Promise<void> {
  let told: Told | null = null;
  let begun = false;
  for await (const message of call.requests) {
    const request = readRequest(api, message);
    if (!begun) await call.send([RESET]);
    begun = true;
    for (let open = true; open;) {
      if (hub.closed) return;
      if (call.signal.aborted) throw new GrpcError(STATUS.cancelled, "The client is gone");
      const { model } = hub;
      if (model.ready) {
        const now = api.told(model, request);
        const operations = roundOf(api, told, now);
        if (operations !== null) {
          await call.send(withSync(operations));
          open = false;
        }
        told = now;
      }
      if (open) await hub.changed(model, call.signal);
    }
  }
  throw api.eof;
}

/** The operations of the round; `null` if there is nothing to say yet. */
function roundOf<Told>(
  api: Pick<Api<never, Told>, "full" | "difference" | "isOther">,
  told: Told | null,
  now: Told,
): Iterable<Uint8Array> | null {
  if (told === null) return api.full(now);
  const operations = api.difference(told, now);
  return operations.length > 0 || api.isOther(told, now) ? operations : null;
}

function* withSync(operations: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield* operations;
  yield SYNC;
}

function readRequest<Request>(
  api: Pick<Api<Request, never>, "read">,
  message: Uint8Array,
): Request {
  try {
    return api.read(message);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GrpcError(STATUS.internal, `Cannot read a request: ${why}`, { cause });
  }
}
