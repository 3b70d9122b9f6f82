/**
 * The source `api --global`: the cluster as a KPNG server's global API tells it. Needs net permission,
 * read for TLS files.
 *
 * @module
 */
import { create, toBinary } from "@bufbuild/protobuf";
import type { Source, SourceSink } from "../source.ts";
import { addressText } from "./address.ts";
import { GlobalWatchReqSchema } from "./api/globalv1_pb.ts";
import { GlobalState } from "./global_state.ts";
import { type KpngConnection, watchServer } from "./watch_client.ts";

/** How to follow a KPNG server's global API. */
export interface KpngGlobalOptions {
  /** The server. */
  readonly connection: KpngConnection;
  /** Whether one round is enough. */
  readonly once: boolean;
}

/** A source that has the cluster from a KPNG server's global API. */
export function kpngGlobalSource({ connection, once }: KpngGlobalOptions): Source {
  return { name: "api", run };

  async function run(sink: SourceSink, signal: AbortSignal): Promise<void> {
    const state = new GlobalState();
    const where = addressText(connection.address);
    await watchServer({
      connection,
      path: "/globalv1.Sets/Watch",
      request: toBinary(GlobalWatchReqSchema, create(GlobalWatchReqSchema)),
      once,
      report: sink.report,
      take(round) {
        const { events, problems } = state.take(round);
        for (const message of problems) sink.report({ severity: "problem", where, message });
        sink.events(events);
      },
    }, signal);
  }
}
