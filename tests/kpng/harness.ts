/**
 * What the tests of KPNG's server and client share: a cluster, a server on a free port, a client that
 * asks round by round, and bytes of HTTP/2 as a hostile peer sends them.
 *
 * @module
 */
import {
  type ApiSnapshot,
  applyEvents,
  EMPTY_SNAPSHOT,
  type KubeObject,
  readObject,
} from "../../core/mod.ts";
import { FakeLog } from "../../agent/test_fakes.ts";
import { type GrpcCall, openCall } from "../../proto/kpng/grpc_client.ts";
import { LOCAL_PATH, localRequest } from "../../proto/kpng/local_source.ts";
import { readOp, type ReceivedOp } from "../../proto/kpng/received_op.ts";
import {
  type Address,
  type KpngServer,
  type KpngServerOptions,
  NO_TLS,
  startKpngServer,
} from "../../proto/mod.ts";

const ALL = { labels: () => true, annotations: () => true };

/** A server on a free port of loopback, told of no cluster yet. */
export async function testServer(
  options: Partial<KpngServerOptions> = {},
): Promise<KpngServer & AsyncDisposable & { readonly lines: FakeLog }> {
  const log = new FakeLog();
  const server = await startKpngServer({
    listen: { network: "tcp", host: "127.0.0.1", port: 0 },
    tls: NO_TLS,
    insecureListenAny: false,
    localApi: true,
    globalApi: true,
    kept: { services: ALL, nodes: ALL },
    log,
    ...options,
  });
  return { ...server, lines: log, [Symbol.asyncDispose]: () => server.close() };
}

/** The port of a server. */
export function portOf({ address }: { readonly address: Address }): number {
  if (address.network !== "tcp") throw new TypeError("The server has no port");
  return address.port;
}

/** A Service with one port, as kubectl prints it. */
export function serviceJson(name: string, clusterIP = "10.96.0.10", spec: object = {}): unknown {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: [clusterIP.includes(":") ? "IPv6" : "IPv4"],
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
      ...spec,
    },
  };
}

/** A slice with pods, as kubectl prints it. */
export function sliceJson(service: string, ips: readonly string[], parts: object = {}): unknown {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${service}-x`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: ips[0]?.includes(":") ? "IPv6" : "IPv4",
    ports: [{ name: "http", port: 8080 }],
    endpoints: ips.map((ip, index) => ({
      addresses: [ip],
      nodeName: `n${index + 1}`,
      targetRef: { kind: "Pod", name: `${service}-${index}` },
    })),
    ...parts,
  };
}

/** The snapshot of a cluster with those objects. */
export function snapshotOf(...objects: readonly unknown[]): ApiSnapshot {
  const read: KubeObject[] = objects.map((json) => {
    const result = readObject(json);
    if (result.outcome !== "object") throw new TypeError(JSON.stringify(result));
    return result.object;
  });
  return applyEvents(
    EMPTY_SNAPSHOT,
    (["Service", "EndpointSlice", "Node"] as const).map((kind) => ({
      type: "list",
      kind,
      objects: read.filter((object) => object.kind === kind),
      unreadable: [],
    })),
  );
}

/** A cluster with one Service, `default/web`, and one pod on n1. */
export const WEB: ApiSnapshot = snapshotOf(serviceJson("web"), sliceJson("web", ["10.1.0.1"]));

/** A client that asks round by round. */
export class RoundClient implements AsyncDisposable {
  readonly #call: GrpcCall;
  readonly #messages: AsyncIterator<Uint8Array>;

  /** Connects. */
  constructor(address: Address, path = LOCAL_PATH) {
    this.#call = openCall(
      { address, tls: null, path, maxBytes: 4 << 20, connectMs: 10_000 },
      new AbortController().signal,
    );
    this.#messages = this.#call.messages[Symbol.asyncIterator]();
  }

  /** Asks for a round. */
  ask(request = localRequest("n1")): void {
    this.#call.send(request);
  }

  /** The next operation. */
  async next(): Promise<ReceivedOp> {
    const { value, done } = await this.#messages.next();
    const op = done ? null : readOp(value);
    if (op === null) throw new TypeError("No operation");
    return op;
  }

  /** The operations up to Sync, in short: `set default/web`. */
  async round(): Promise<readonly string[]> {
    for (const ops: string[] = [];;) {
      const op = await this.next();
      ops.push("path" in op ? `${op.op} ${op.path}` : op.op);
      if (op.op === "sync") return ops;
    }
  }

  /** Hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#call[Symbol.asyncDispose]();
  }
}

/** One frame of HTTP/2. */
export function http2Frame(
  type: number,
  flags: number,
  stream: number,
  body: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(9 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, body.length >> 16);
  view.setUint16(1, body.length & 0xffff);
  view.setUint8(3, type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  bytes.set(body, 9);
  return bytes;
}

/** The first bytes of a connection: the preface, settings, and the acknowledgement of the server's. */
export const HTTP2_BEGIN: Uint8Array = joinedBytes(
  new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  http2Frame(4, 0, 0, new Uint8Array(0)),
  http2Frame(4, 1, 0, new Uint8Array(0)),
);

/** The headers of a gRPC call, none of them compressed. */
export function grpcHeaders(path: string): Uint8Array {
  const text = (value: string): Uint8Array => {
    const bytes = new TextEncoder().encode(value);
    return joinedBytes(new Uint8Array([bytes.length]), bytes);
  };
  const fields = {
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": "localhost",
    "content-type": "application/grpc",
    "te": "trailers",
  };
  return joinedBytes(
    ...Object.entries(fields).flatMap(([name, value]) => [
      new Uint8Array([0x10]),
      text(name),
      text(value),
    ]),
  );
}

/** Pieces as one. */
export function joinedBytes(...pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

/** Writes all of it. */
export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}

/** Reads until the other side hangs up. */
export async function drain(connection: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(64 * 1024);
  for (let total = 0;;) {
    const n = await connection.read(buffer).catch((error: unknown) => {
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    });
    if (n === null) return total;
    total += n;
  }
}
