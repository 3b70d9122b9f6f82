/**
 * Whole states of a node in KPNG's terms, one after each sync: as a server's local API tells them, or
 * computed here, in memory, by the very operations that would go over the wire.
 *
 * @module
 */
import type { ApiSnapshot } from "../../core/mod.ts";
import type { SourceReport } from "../source.ts";
import { addressText } from "./address.ts";
import { FrameReader } from "./frames.ts";
import { type KeptMetadata, type MappedSnapshot, mapSnapshot } from "./from_snapshot.ts";
import { jsonLine } from "./json_line.ts";
import { localDifference, localFullSet, type LocalTold, localTold } from "./local_round.ts";
import { LOCAL_PATH, localRequest } from "./local_source.ts";
import { LocalState } from "./local_state.ts";
import { readOp, type ReceivedRound } from "./received_op.ts";
import { type KpngConnection, watchServer } from "./watch_client.ts";

/** A state as lines of JSON, one for each Service, in KPNG's order. */
export function stateLines(state: LocalState): readonly string[] {
  return state.paths.toSorted(bySlashFirst).flatMap((path) => {
    const entry = state.get(path);
    if (entry === undefined) return [];
    const endpoints = [...entry.endpoints].sort(([a], [b]) => a < b ? -1 : 1);
    return [jsonLine(entry.service, endpoints.map(([, endpoint]) => endpoint))];
  });
}

/** KPNG's tree has `/` before every other letter. */
function bySlashFirst(a: string, b: string): number {
  return a.replaceAll("/", "\0") < b.replaceAll("/", "\0") ? -1 : 1;
}

/** How to follow the states that a server tells. */
export interface StatesOptions {
  /** The server. */
  readonly connection: KpngConnection;
  /** The node whose states are asked for. */
  readonly nodeName: string;
  /** Whether one state is enough. */
  readonly once: boolean;
  /** Takes a state, as lines; the next one is asked for when it is done. */
  readonly take: (lines: readonly string[]) => Promise<void>;
  /** Takes a report. */
  readonly report: (report: SourceReport) => void;
}

/**
 * Follows the states that a server tells, until the signal aborts.
 *
 * @throws {SourceError} As `watchServer` does.
 */
export async function followStates(options: StatesOptions, signal: AbortSignal): Promise<void> {
  const { connection, nodeName, once, take, report } = options;
  const where = addressText(connection.address);
  const state = new LocalState();
  await watchServer({
    connection,
    path: LOCAL_PATH,
    request: localRequest(nodeName),
    once,
    report,
    async take(round) {
      const { problems } = state.take(round);
      for (const each of problems) {
        report({ severity: "problem", where, message: `Cannot use what was told: ${each}` });
      }
      await take(stateLines(state));
    },
  }, signal);
}

/** The states of a node, computed here. */
export class LocalStates {
  readonly #node: string;
  readonly #kept: KeptMetadata;
  readonly #state = new LocalState();
  #mapped: MappedSnapshot | null = null;
  #told: LocalTold | null = null;

  /** The states of the node of that name. */
  constructor(node: string, kept: KeptMetadata) {
    this.#node = node;
    this.#kept = kept;
  }

  /** The state after that snapshot, as lines; `null` where it is no other, or not all is known. */
  next(snapshot: ApiSnapshot): readonly string[] | null {
    this.#mapped = mapSnapshot(snapshot, this.#kept, this.#mapped);
    if (!this.#mapped.model.ready) return null;
    const now = localTold(this.#mapped.model, this.#node);
    const operations = this.#told === null ? localFullSet(now) : localDifference(this.#told, now);
    const round = roundOf(operations, this.#told === null);
    this.#told = now;
    if (!round.full && round.ops.length === 0) return null;
    this.#state.take(round);
    return stateLines(this.#state);
  }
}

function roundOf(operations: Iterable<Uint8Array>, full: boolean): ReceivedRound {
  const frames = new FrameReader(Infinity);
  const ops: ReceivedRound["ops"][number][] = [];
  for (const bytes of operations) {
    for (const message of frames.take(bytes)) {
      const op = readOp(message);
      if (op?.op === "set" || op?.op === "delete") ops.push(op);
    }
  }
  return { full, ops };
}
