/**
 * The least that a proxy on Deno's own sockets can do: read, write, and nothing of a product. What the
 * portable data path takes longer than this is its own doing, the rest is Deno's.
 *
 * Run with the order as JSON.
 *
 * @module
 */

/** What the proxy carries: from which port to which port of 127.0.0.1. */
export interface BareOrder {
  /** The address that it listens on. */
  readonly ip: string;
  /** The streams. */
  readonly streams: readonly BareWay[];
  /** The datagrams. */
  readonly datagrams: BareWay;
}

/** One port, and where it leads. */
export interface BareWay {
  /** The port of the proxy. */
  readonly port: number;
  /** The port of the server. */
  readonly server: number;
}

const SERVERS = "127.0.0.1";

/** As the portable data path has it once a stream has shown that there is much. */
const STREAM_BYTES = 256 * 1024;

/** As it has it before. */
const FIRST_BYTES = 4 * 1024;

const DATAGRAM_BYTES = 64 * 1024;

/** Buffers of connections that are over: a new one for each costs dearly. */
const kept: Uint8Array<ArrayBuffer>[] = [];

async function copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const first = kept.pop() ?? new Uint8Array(FIRST_BYTES);
  let buffer = first;
  for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
    for (let written = 0; written < count;) {
      written += await to.write(buffer.subarray(written, count));
    }
    if (buffer === first && count === first.length) buffer = new Uint8Array(STREAM_BYTES);
  }
  kept.push(first);
  await to.closeWrite();
}

async function carry(client: Deno.TcpConn, port: number): Promise<void> {
  using from = client;
  try {
    using to = await Deno.connect({ hostname: SERVERS, port, autoSelectFamily: false });
    from.setNoDelay(true);
    to.setNoDelay(true);
    await Promise.all([copy(from, to), copy(to, from)]);
  } catch {
    // The load ends its connections as it likes, and counts those that fail.
  }
}

async function serveStreams(hostname: string, { port, server }: BareWay): Promise<void> {
  const listener = Deno.listen({ hostname, port, tcpBacklog: 65_535 });
  for (;;) void carry(await listener.accept(), server);
}

async function serveDatagrams(hostname: string, { port, server }: BareWay): Promise<void> {
  const to: Deno.NetAddr = { transport: "udp", hostname: SERVERS, port: server };
  const listener = Deno.listenDatagram({ transport: "udp", hostname, port });
  // By port alone: all clients of the load have the same address.
  const flows = new Map<number, Deno.DatagramConn>();
  const buffer = new Uint8Array(DATAGRAM_BYTES);
  for (;;) {
    const [datagram, from] = await listener.receive(buffer);
    if (from.transport !== "udp") continue;
    let flow = flows.get(from.port);
    if (flow === undefined) {
      flow = Deno.listenDatagram({ transport: "udp", hostname: SERVERS, port: 0 });
      flows.set(from.port, flow);
      void answer(flow, listener, from);
    }
    await flow.send(datagram, to);
  }
}

async function answer(
  flow: Deno.DatagramConn,
  listener: Deno.DatagramConn,
  client: Deno.Addr,
): Promise<void> {
  const buffer = new Uint8Array(DATAGRAM_BYTES);
  for (;;) {
    const [datagram] = await flow.receive(buffer);
    await listener.send(datagram, client);
  }
}

if (import.meta.main) {
  const { ip, streams, datagrams }: BareOrder = JSON.parse(Deno.args[0] ?? "{}");
  await Promise.all([
    ...streams.map((each) => serveStreams(ip, each)),
    serveDatagrams(ip, datagrams),
  ]);
}
