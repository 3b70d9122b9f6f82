/**
 * A proxy's list of servers, kept by Windlass: a source, a table of rules and a backend of one's own.
 * Whatever can read a file of servers (HAProxy, nginx, a script) gets the endpoints that Kubernetes
 * would use on this node, each with a weight. Needs write permission for the folder.
 *
 * @module
 */
import {
  type Agent,
  type ApplyResult,
  type Backend,
  type ClusterEvent,
  decide,
  describeFinding,
  type EndpointView,
  type Logger,
  type Op,
  readObject,
  type Rule,
  type ServicePortView,
  SILENT,
  type Source,
  type SourceSink,
  startAgent,
} from "../../../mod.ts"; // for others: "@windlass/windlass"

/** Reads all objects of the cluster, again and again, until the signal. */
export type Poll = (signal: AbortSignal) => AsyncIterable<readonly unknown[]>;

/** A source for whatever can be polled: a database, a REST service, a file that is copied here. */
export function pollingSource(poll: Poll): Source {
  return {
    name: "poll",
    async run(sink, signal) {
      for await (const items of poll(signal)) {
        if (signal.aborted) return;
        sink.events(listsOf(items, sink));
      }
    },
  };
}

/** Whole lists, because a poll tells all there is: what is missing in the next one is gone. */
function listsOf(items: readonly unknown[], sink: SourceSink): readonly ClusterEvent[] {
  const results = items.map(readObject);
  const objects = results.flatMap((read) => read.outcome === "object" ? [read.object] : []);
  const rejected = results.flatMap((read) => read.outcome === "rejected" ? [read] : []);
  for (const { ref, findings } of rejected) {
    for (const finding of findings) {
      sink.report({ severity: "problem", where: "poll", message: describeFinding(ref, finding) });
    }
  }
  return (["Service", "EndpointSlice", "Node"] as const).map((kind) => ({
    type: "list",
    kind,
    objects: objects.filter((object) => object.kind === kind),
    // What is there and cannot be read stays as it was.
    unreadable: rejected.flatMap(({ ref }) => ref?.kind === kind ? [ref] : []),
  }));
}

/** How much of the traffic an endpoint gets, by the first rule that holds. */
export const WEIGHT_RULES: readonly Rule<EndpointView, string, number>[] = [
  {
    name: "unused",
    why: "this node does not use it; its own rule says why",
    when: ({ internal }) => !internal,
    then: 0,
  },
  {
    name: "leaving",
    why: "it shuts down, and is used only because nothing else is there",
    when: ({ terminating }) => terminating,
    then: 1,
  },
  {
    name: "here",
    why: "it runs on this node, so no network lies in between",
    when: ({ local }) => local,
    then: 100,
  },
  { name: "elsewhere", why: "it runs on another node", when: () => true, then: 50 },
];

/** One file to be written, or to be taken away. */
export interface FileOp extends Op {
  /** What is to be done. */
  readonly op: "write" | "remove";
  /** What stands in it; `""` if it is to be taken away. */
  readonly text: string;
}

/** What stands in each file. */
export type Files = ReadonlyMap<string, string>;

/** A backend that keeps one file in the folder for each port of each Service. */
export function serverLists(folder: string): Backend<FileOp, Files> {
  return {
    name: "server-lists",
    initial: new Map(),
    plan(changes, state) {
      const files = new Map(state);
      const ops: FileOp[] = [];
      for (const change of changes) {
        const key = `${change.key.replaceAll(/[/:]/g, "_")}.servers`;
        if (change.type === "remove") {
          files.delete(key);
          ops.push({ op: "remove", key, text: "", after: [], because: `${change.key} is gone` });
          continue;
        }
        const text = serverList(change.now);
        if (files.get(key) === text) continue; // nothing that a server list has in it changed
        files.set(key, text);
        ops.push({ op: "write", key, text, after: [], because: `endpoints of ${change.key}` });
      }
      return { ops, state: files };
    },
    async apply({ op, key, text }) {
      try {
        if (op === "write") await Deno.writeTextFile(`${folder}/${key}`, text);
        else await Deno.remove(`${folder}/${key}`);
        return { ok: true };
      } catch (error) {
        return op === "remove" && error instanceof Deno.errors.NotFound
          ? { ok: true } // it is gone, as it should be
          : failed(`Cannot ${op} ${folder}/${key}`, error);
      }
    },
    close: () => Promise.resolve(), // files stay: others read them
  };
}

function failed(doing: string, error: unknown): ApplyResult {
  const met = error instanceof Error ? error.message : String(error);
  return { ok: false, error: `${doing}: ${met}`, retry: true };
}

/** A line for each endpoint: `server 10.244.1.5:8080 weight 100 # here, ready`. */
function serverList({ endpoints }: ServicePortView): string {
  return endpoints.map((endpoint) => {
    const { rule, value } = decide(WEIGHT_RULES, endpoint);
    const { ip, port, rules } = endpoint;
    const host = ip.includes(":") ? `[${ip}]` : ip;
    return `server ${host}:${port} weight ${value} # ${rule}, ${rules.internal}\n`;
  }).join("");
}

/** Joins them: keeps the folder until the source has ended, or `stop()`. */
export function keepServerLists(
  poll: Poll,
  { folder, node, log = SILENT }: {
    readonly folder: string;
    readonly node: string;
    readonly log?: Logger;
  },
): Agent {
  return startAgent({
    source: pollingSource(poll),
    backend: serverLists(folder),
    nodeName: node,
    minSyncPeriodMs: 1000,
    log,
  });
}
