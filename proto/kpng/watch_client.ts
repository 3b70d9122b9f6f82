/**
 * Follows a KPNG server: connects, asks for one round after the other, and connects again with a
 * growing, random wait when the connection is lost.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { backoffMs } from "../kube/backoff.ts";
import { sleep, SYSTEM_TIMING, type Timing } from "../kube/timing.ts";
import { SourceError, type SourceReport } from "../source.ts";
import { type Address, addressText } from "./address.ts";
import { openCall } from "./grpc_client.ts";
import { readOp, type ReceivedOp, type ReceivedRound } from "./received_op.ts";
import { GrpcError, STATUS } from "./status.ts";
import { loadTls } from "./tls_files.ts";
import { type TlsPaths, wantsTls } from "./tls_paths.ts";

/** How to reach a KPNG server. */
export interface KpngConnection {
  /** The server. */
  readonly address: Address;
  /** The TLS files; they are read again for each connection. */
  readonly tls: TlsPaths;
  /**
   * The largest message that is taken, in bytes.
   *
   * @default {4194304}
   */
  readonly maxMessageBytes?: number;
  /**
   * How long a connection may take to come about, in milliseconds.
   *
   * @default {10000}
   */
  readonly connectMs?: number;
  /** Clock, timers and dice. */
  readonly timing?: Timing;
}

/** What is asked of the server, and what becomes of its answers. */
export interface WatchOptions {
  /** The server. */
  readonly connection: KpngConnection;
  /** The method: `/localv1.Sets/Watch`. */
  readonly path: string;
  /** The request that opens a round. */
  readonly request: Uint8Array;
  /** Whether one round is enough. */
  readonly once: boolean;
  /** Takes a round; the next one is asked for when it is done. */
  readonly take: (round: ReceivedRound) => void | Promise<void>;
  /** Takes a report. */
  readonly report: (report: SourceReport) => void;
}

/**
 * Follows the server until the signal aborts, or with `once` for one round.
 *
 * @throws {SourceError} If the TLS files cannot be used, or with `once` if the server cannot be read.
 */
export async function watchServer(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { connection, once, report } = options;
  const { timing = SYSTEM_TIMING, tls } = connection;
  const where = addressText(connection.address);
  if (wantsTls(tls)) await loadTls(tls); // what is wrong with it is to show at the start
  let failures = 0;
  let inTrouble = false;
  while (!signal.aborted) {
    const onRound = () => {
      failures = 0;
      if (inTrouble) report({ severity: "recovered", where, message: "The KPNG server is back" });
      inTrouble = false;
    };
    const why = await follow(options, onRound, signal);
    if (signal.aborted || why === null) return;
    if (once) {
      throw new SourceError("refused", `Cannot read from the KPNG server at ${where}: ${why}`);
    }
    failures++;
    const wait = backoffMs(failures, timing.random());
    inTrouble = true;
    report({
      severity: "trouble",
      where,
      message: `Cannot read from the KPNG server: ${why}. What it said before stays; ` +
        `the next attempt is in ${(wait / 1000).toFixed(1)} s`,
    });
    await sleep(timing, wait, signal);
  }
}

/** One connection to its end: why it ended, `null` if one round was enough. */
async function follow(
  { connection, path, request, once, take, report }: WatchOptions,
  onRound: () => void,
  signal: AbortSignal,
): Promise<string | null> {
  const { address, tls, maxMessageBytes = 4 * 1024 * 1024, connectMs = 10_000 } = connection;
  try {
    const files = wantsTls(tls) ? await loadTls(tls) : null;
    const options = { address, tls: files, path, maxBytes: maxMessageBytes, connectMs };
    await using call = openCall(options, signal);
    call.send(request);
    let round = new RoundCollector();
    for await (const message of call.messages) {
      const op = read(message, report, addressText(address));
      if (op === null || !round.add(op)) continue;
      await take(round.done());
      onRound();
      if (once) return null;
      round = new RoundCollector();
      call.send(request);
    }
    return "the stream has ended";
  } catch (error) {
    if (error instanceof GrpcError) return describe(error);
    if (error instanceof SourceError) return error.message;
    throw error;
  }
}

/** Puts the operations of a round together. */
class RoundCollector {
  #ops: Extract<ReceivedOp, { readonly set: number }>[] = [];
  #full = false;

  /** Adds an operation; answers whether the round is complete. */
  add(op: ReceivedOp): boolean {
    switch (op.op) {
      case "sync":
        return true;
      case "reset":
        this.#full = true;
        this.#ops = []; // what came before it does not hold any more
        return false;
      case "set":
      case "delete":
        this.#ops.push(op);
        return false;
      default:
        return unreachable(op);
    }
  }

  /** The round. */
  done(): ReceivedRound {
    return { full: this.#full, ops: this.#ops };
  }
}

function read(
  message: Uint8Array,
  report: (report: SourceReport) => void,
  where: string,
): ReceivedOp | null {
  try {
    return readOp(message);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    report({
      severity: "problem",
      where,
      message: `Cannot read an operation of the KPNG server: ${why}; it is left out`,
    });
    return null;
  }
}

function describe({ status, message }: GrpcError): string {
  switch (status) {
    case STATUS.ok:
      return "it has ended the stream";
    case STATUS.unimplemented:
      return `it does not serve this API (${message})`;
    default:
      return message === "" ? `gRPC status ${status}` : message;
  }
}
