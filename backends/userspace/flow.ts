/**
 * One UDP flow: a client of a listener, and the socket of its own by which an endpoint sees it.
 *
 * @module
 */
import type { BackendAddress } from "./balancer.ts";
import type { FlowLinks } from "./flow_table.ts";
import type { DatagramBuffer, DatagramBuffers } from "./udp_buffers.ts";
import type { UdpCounters } from "./udp_counters.ts";
import type { Forwarder } from "./udp_receiver.ts";
import { type DatagramSocket, type DropCause, dropCauseOf } from "./udp_sockets.ts";

/**
 * How a flow ended. `idle`: nothing went either way for the idle time-out. `evicted`: a new flow
 * needed its place. `endpoint-gone`: its endpoint may be used no more. `source-not-allowed`: its
 * client may use the listener no more. `broken`: its socket failed, or its endpoint refused. `cut`: the
 * listener closed it.
 */
export const FLOW_ENDS = [
  "idle",
  "evicted",
  "endpoint-gone",
  "source-not-allowed",
  "broken",
  "cut",
] as const;

/** How a flow ended. */
export type FlowEnd = typeof FLOW_ENDS[number];

/** What a flow needs. */
export interface FlowOptions {
  /** The client, as `ip:port`. */
  readonly client: string;
  /** The client, as the platform has it. */
  readonly clientAddress: Deno.NetAddr;
  /** The endpoint. */
  readonly backend: BackendAddress;
  /** The socket for the endpoint, which is closed at the end. */
  readonly socket: DatagramSocket;
  /** The listener's socket, from which replies go out. */
  readonly server: DatagramSocket;
  /** Where buffers come from. */
  readonly buffers: DatagramBuffers;
  /** Counts for all flows of the listener. */
  readonly counters: UdpCounters;
  /** Is told each reply. */
  readonly onReply: (flow: Flow) => void;
  /** Is told that the datagram that was given last is not to be waited for any more. */
  readonly onLetGo: () => void;
  /** Is told what an error cost, and the error. */
  readonly onDrop: (flow: Flow, cause: DropCause, error: unknown) => void;
}

/** One UDP flow. */
export class Flow implements FlowLinks<Flow>, Forwarder {
  /** The client, as `ip:port`. */
  readonly client: string;
  /** The client's IP. */
  readonly clientIp: string;
  /** The client's port. */
  readonly clientPort: number;
  /** The endpoint. */
  readonly backend: BackendAddress;
  /** When a datagram last went either way. */
  lastSeen = 0;
  /** The flow used last before this one. */
  older: Flow | null = null;
  /** The flow used next after this one. */
  newer: Flow | null = null;
  readonly #options: FlowOptions;
  // What each datagram needs is at hand: a look through the options is a cache miss for each flow.
  readonly #socket: DatagramSocket;
  readonly #counters: UdpCounters;
  readonly #endpoint: Deno.NetAddr;
  #bytesIn = 0;
  #bytesOut = 0;
  #sending = false;
  #isWaitedFor = false;
  #end: FlowEnd | null = null;

  /** Makes a flow; {@linkcode run} makes it live. */
  constructor(options: FlowOptions) {
    const { client, clientAddress, backend, socket, counters } = options;
    this.client = client;
    this.clientIp = clientAddress.hostname;
    this.clientPort = clientAddress.port;
    this.backend = backend;
    this.#options = options;
    this.#socket = socket;
    this.#counters = counters;
    this.#endpoint = { transport: "udp", hostname: backend.ip, port: backend.port };
  }

  /** Bytes from the client that went to the endpoint. */
  get bytesIn(): number {
    return this.#bytesIn;
  }

  /** Bytes that went to the client. */
  get bytesOut(): number {
    return this.#bytesOut;
  }

  /**
   * Sends a datagram to the endpoint. While one that was let go is not sent, those that follow are
   * dropped.
   */
  forward(datagram: Uint8Array): Promise<unknown> | null {
    if (this.#sending) {
      this.#counters.dropped.backlog++;
      return null;
    }
    this.#sending = this.#isWaitedFor = true;
    return this.#socket.send(datagram, this.#endpoint);
  }

  /** Counts the datagram that was sent. */
  forwarded(bytes: number): void {
    this.#bytesIn += bytes;
    this.backend.fromClients.bytes += bytes;
    this.#counters.datagramsIn++;
    this.#sending = this.#isWaitedFor = false;
  }

  /** Counts the datagram that could not be sent. */
  failed(error: unknown): void {
    this.#dropped(error);
    this.#sending = this.#isWaitedFor = false;
  }

  /** Lets the one go who waits for a datagram to be sent. */
  letGo(): void {
    if (!this.#isWaitedFor) return;
    this.#isWaitedFor = false;
    this.#options.onLetGo();
  }

  /** Carries the replies, to the end. Never rejects. */
  async run(): Promise<FlowEnd> {
    const { buffers } = this.#options;
    const buffer = buffers.take();
    while (this.#end === null) await this.#reply(buffer);
    buffers.give(buffer);
    return this.#end;
  }

  /** Ends it, at once. */
  end(how: FlowEnd): void {
    if (this.#end !== null) return;
    this.#end = how;
    this.#socket.close();
    this.letGo();
  }

  /**
   * Carries one reply. A socket that fails ends the flow, so that the client's next datagram gets a new
   * choice; so does an endpoint that refuses, where the system tells (Windows does, Linux does not).
   */
  async #reply(buffer: DatagramBuffer): Promise<void> {
    const { server, clientAddress, onReply } = this.#options;
    const counters = this.#counters;
    let datagram: Uint8Array;
    try {
      const [received, from] = await this.#socket.receive(buffer);
      if (!this.#isEndpoint(from)) {
        counters.dropped.stranger++;
        return;
      }
      datagram = received;
    } catch (error) {
      if (this.#end === null) this.#dropped(error);
      this.end("broken");
      return;
    }
    onReply(this);
    try {
      await server.send(datagram, clientAddress);
      this.#bytesOut += datagram.length;
      this.backend.toClients.bytes += datagram.length;
      counters.datagramsOut++;
    } catch (error) {
      this.#dropped(error);
    }
  }

  /** The socket is open to all who guess its port, and only the endpoint has a say. */
  #isEndpoint(from: Deno.Addr): boolean {
    return from.transport === "udp" && from.port === this.#endpoint.port &&
      from.hostname === this.#endpoint.hostname;
  }

  #dropped(error: unknown): void {
    const cause = this.#end === null ? dropCauseOf(error) : "stopped";
    this.#counters.dropped[cause]++;
    this.#options.onDrop(this, cause, error);
  }
}
