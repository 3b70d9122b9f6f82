/**
 * The other end of the stand-in for computenetwork.dll: answers its lines from an emulator, in the
 * very process that calls the DLL. A call that held the event loop up would never be answered.
 *
 * @module
 */
import type { HcnCall } from "../../../backends/hns/hcn/calls.ts";
import type { EmulatedHcn } from "../../../backends/hns/hcn/test_emulated_hcn.ts";
import type { HnsEvent, HnsKind } from "../../../backends/hns/transport.ts";
import { HNS_KINDS } from "../../../backends/hns/transport.ts";
import { linesOf } from "../../../backends/hns/powershell/host_process.ts";

/** The numbers of what HNS tells. */
const NOTIFICATIONS: Readonly<Record<HnsEvent["type"], number>> = {
  "network-created": 2,
  "network-deleted": 4,
  "disconnected": 0x01000000,
};

/** A server that listens. */
export interface DllServer {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** Closes it, and every connection. */
  close(): Promise<void>;
}

/** Listens for the DLL. */
export function serveDll(hcn: EmulatedHcn): DllServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const work = new Set<Promise<void>>();
  const connections = new Set<Deno.TcpConn>();
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.add(connection);
      const done = serve(connection, hcn).finally(() => {
        connections.delete(connection);
        work.delete(done);
      });
      work.add(done);
    }
  })();
  return {
    port: listener.addr.port,
    async close() {
      listener.close();
      for (const connection of connections) closeOnce(connection);
      await accepting;
      await Promise.allSettled(work);
    },
  };
}

async function serve(connection: Deno.TcpConn, hcn: EmulatedHcn): Promise<void> {
  const encoder = new TextEncoder();
  const writer = connection.writable.getWriter();
  let unwatch = () => {};
  try {
    for await (const line of linesOf(connection.readable)) {
      if (line === "watch") {
        const version = await hcn.call({ op: "hns", method: "", path: "", request: "" });
        if (version.hresult !== 0) break; // the service is down: nobody can register
        unwatch = hcn.watch((event) => {
          const id = "id" in event ? event.id : "";
          const data = JSON.stringify({ Id: id });
          // A DLL that has let go is seen by its reads, above.
          writer.write(encoder.encode(`${NOTIFICATIONS[event.type]}\t${data}\n`)).catch(() => {});
        });
        await writer.write(encoder.encode("watching\n"));
        continue;
      }
      const { hresult, output, error } = await hcn.call(callOf(line));
      const shown = line.startsWith("query\t") || line.startsWith("enumerate\t") ||
          line.startsWith("hns\t")
        ? output
        : "";
      await writer.write(encoder.encode(`${hresult >>> 0}\t${shown}\t${error}\n`));
    }
  } finally {
    unwatch();
    await writer.close().catch(() => {}); // where the other end was first, it is closed already
  }
}

/** Closes a connection, unless its other end was faster. */
function closeOnce(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** What a line of the DLL asks for. */
function callOf(line: string): HcnCall {
  const [op = "", a = "", b = "", c = ""] = line.split("\t");
  switch (op) {
    case "enumerate":
      return { op, kind: kindOf(a), query: b };
    case "open":
      return { op: "query", kind: kindOf(a), id: b, query: "" };
    case "query":
      return { op, kind: kindOf(a), id: b, query: c };
    case "create-endpoint":
      return { op, networkId: a, id: b, settings: c, query: "" };
    case "create-load-balancer":
      return { op, id: a, settings: b, query: "" };
    case "modify-load-balancer":
      return { op, id: a, settings: b };
    case "delete":
      return { op, kind: a === "endpoint" ? a : "load-balancer", id: b };
    case "hns":
      return { op, method: a, path: b, request: c };
    default:
      throw new TypeError(`Cannot read "${line}": "${op}" is not what the stand-in asks for`);
  }
}

function kindOf(text: string): HnsKind {
  const kind = HNS_KINDS.find((each) => each === text);
  if (kind === undefined) throw new TypeError(`Cannot read "${text}" as a kind of object`);
  return kind;
}
