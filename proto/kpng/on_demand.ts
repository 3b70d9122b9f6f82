/**
 * KPNG's functions, each loading what it takes when it is called: gRPC and protobuf cost as much to
 * load as all the rest of a short command.
 *
 * @module
 */
import type { ApiSnapshot, PipelineEvent } from "../../core/mod.ts";
import type { Source } from "../source.ts";
import type { KeptMetadata } from "./from_snapshot.ts";
import type { KpngGlobalOptions } from "./global_source.ts";
import type { KpngLocalOptions } from "./local_source.ts";
import type { LocalStates, StatesOptions } from "./local_states.ts";
import type { KpngServer, KpngServerOptions } from "./server.ts";

/** A source that has the cluster from a KPNG server's global API. */
export function kpngGlobalSource(options: KpngGlobalOptions): Source {
  return {
    name: "api",
    async run(sink, signal) {
      const { kpngGlobalSource } = await import("./global_source.ts");
      await kpngGlobalSource(options).run(sink, signal);
    },
  };
}

/** A source that has the node's view from a KPNG server's local API. */
export function kpngLocalSource(options: KpngLocalOptions): Source<PipelineEvent> {
  return {
    name: "api",
    async run(sink, signal) {
      const { kpngLocalSource } = await import("./local_source.ts");
      await kpngLocalSource(options).run(sink, signal);
    },
  };
}

/**
 * Starts a server.
 *
 * @throws {SourceError} If it cannot be set up so, or cannot listen there.
 */
export async function startKpngServer(options: KpngServerOptions): Promise<KpngServer> {
  return await (await import("./server.ts")).startKpngServer(options);
}

/**
 * Follows the states that a server tells, until the signal aborts.
 *
 * @throws {SourceError} If the server can never be followed.
 */
export async function followStates(options: StatesOptions, signal: AbortSignal): Promise<void> {
  await (await import("./local_states.ts")).followStates(options, signal);
}

/** The states of the node of that name, computed here. */
export async function localStates(node: string, kept: KeptMetadata): Promise<LocalStates> {
  const { LocalStates } = await import("./local_states.ts");
  return new LocalStates(node, kept);
}

/** The cluster as KPNG's state file has it. */
export async function stateFileOf(snapshot: ApiSnapshot, kept: KeptMetadata): Promise<string> {
  return (await import("./state_file.ts")).stateFileOf(snapshot, kept);
}
