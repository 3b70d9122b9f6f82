/**
 * The kube source: Services, EndpointSlices and Nodes of a cluster, listed and then watched. Needs
 * network permission for the API server.
 *
 * @module
 */
import type { Source, SourceSink } from "../source.ts";
import type { KubeConnection } from "./connection.ts";
import { Health } from "./health.ts";
import { reflect, reflectOnce } from "./reflector.ts";
import { resources } from "./resources.ts";
import { SYSTEM_TIMING, type Timing } from "./timing.ts";

/** What the kube source is to watch. */
export interface KubeSourceOptions {
  /** The way to the API server. The source closes it when it is done. */
  readonly connection: KubeConnection;
  /** The Node to watch; `null` for all. */
  readonly nodeName: string | null;
  /** Whether to list once only, rather than to go on watching. */
  readonly once: boolean;
  /**
   * How the whole is asked for: as a stream, where the server has streaming lists, or page by page. A
   * list that is made once only is always paged.
   *
   * @default {"stream"}
   */
  readonly lists?: "stream" | "pages";
  /**
   * The clock and the dice.
   *
   * @default {SYSTEM_TIMING}
   */
  readonly timing?: Timing;
}

/** A source that keeps in step with a cluster. */
export function kubeSource(options: KubeSourceOptions): Source {
  return { name: "kube", run: (sink, signal) => run(options, sink, signal) };
}

async function run(
  { connection, nodeName, once, lists = "stream", timing = SYSTEM_TIMING }: KubeSourceOptions,
  sink: SourceSink,
  signal: AbortSignal,
): Promise<void> {
  const { report } = sink;
  for (const message of connection.notes) {
    report({ severity: "note", where: connection.server, message });
  }
  const health = new Health({ where: connection.server, report, now: () => timing.now() });
  const failed = new AbortController(); // one that cannot go on takes the others along
  const all = AbortSignal.any([signal, failed.signal]);
  const reflectors = resources(nodeName).map(async (resource) => {
    try {
      const options = { resource, connection, sink, health, timing, lists };
      await (once ? reflectOnce : reflect)(options, all);
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  const ends = await Promise.allSettled(reflectors);
  connection.close();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
