/**
 * The source `api`: the node's view as a KPNG server's local API tells it. Needs net permission, read
 * for TLS files.
 *
 * @module
 */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  describeFinding,
  type Finding,
  type PipelineEvent,
  type ServiceView,
} from "../../core/mod.ts";
import type { Source, SourceReport, SourceSink } from "../source.ts";
import { addressText } from "./address.ts";
import { WatchReqSchema } from "./api/localv1_pb.ts";
import { type LocalChange, LocalState } from "./local_state.ts";
import { toServiceView } from "./to_view.ts";
import { type KpngConnection, watchServer } from "./watch_client.ts";

/** How to follow a KPNG server's local API. */
export interface KpngLocalOptions {
  /** The server. */
  readonly connection: KpngConnection;
  /** The node whose view is asked for. */
  readonly nodeName: string;
  /** Whether one round is enough. */
  readonly once: boolean;
}

/** The method of the local API. */
export const LOCAL_PATH = "/localv1.Sets/Watch";

/** The request of the local API. */
export function localRequest(nodeName: string): Uint8Array {
  return toBinary(WatchReqSchema, create(WatchReqSchema, { NodeName: nodeName }));
}

/** A source that has the node's view from a KPNG server's local API. */
export function kpngLocalSource(options: KpngLocalOptions): Source<PipelineEvent> {
  return { name: "api", run: (sink, signal) => run(options, sink, signal) };
}

async function run(
  { connection, nodeName, once }: KpngLocalOptions,
  sink: SourceSink<PipelineEvent>,
  signal: AbortSignal,
): Promise<void> {
  const state = new LocalState();
  const where = addressText(connection.address);
  const problem = (message: string): void => sink.report({ severity: "problem", where, message });
  await watchServer({
    connection,
    path: LOCAL_PATH,
    request: localRequest(nodeName),
    once,
    report: sink.report,
    take(round) {
      const change = state.take(round);
      for (const each of change.problems) problem(`Cannot use what was told: ${each}`);
      sink.events([eventOf(state, change, nodeName, problem)]);
    },
  }, signal);
}

/** The change as news of the view. A Service that cannot be used is left out. */
function eventOf(
  state: LocalState,
  { full, touched }: LocalChange,
  nodeName: string,
  problem: (message: SourceReport["message"]) => void,
): PipelineEvent {
  const services: ServiceView[] = [];
  const gone: string[] = [];
  for (const path of full ? state.paths : touched) {
    const entry = state.get(path);
    const told = entry && toServiceView(entry.service, [...entry.endpoints.values()], nodeName);
    if (told?.ok && told.view.service === path) services.push(told.view);
    else gone.push(path);
    if (told?.ok && told.view.service !== path) {
      problem(`Cannot use ${path}: the message under that path is of ${told.view.service}`);
    }
    for (const finding of told?.findings ?? []) problem(describe(path, finding));
  }
  return full ? { type: "view", services } : { type: "view-change", services, gone };
}

function describe(path: string, finding: Finding): string {
  const [namespace = "", name = ""] = path.split("/");
  return describeFinding({ kind: "Service", namespace, name }, finding);
}
