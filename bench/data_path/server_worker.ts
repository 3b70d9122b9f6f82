/**
 * The servers behind what is measured, in a thread of their own: echoes, a sink for streams and one
 * for datagrams.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { type DatagramBatch, EVENT, WITH } from "../../backends/userspace/native/mod.ts";
import { COUNT, type Counts } from "./load.ts";
import { CHUNK_BYTES, type Watcher, Wire } from "./wire.ts";

/** What the servers are told. */
export interface ServerOrder {
  /** What they count. */
  readonly counts: Counts;
  /** How many echoes there shall be. */
  readonly echoes: number;
}

/** Where the servers are. */
export interface ServerPorts {
  /** The ports of the echoes. */
  readonly echo: readonly number[];
  /** The port of the sink for streams. */
  readonly sink: number;
  /** The port of the sink for datagrams. */
  readonly datagramSink: number;
}

/** What a socket is. */
const ROLE = { echoListener: 0, sinkListener: 1, echo: 2, sink: 3, datagrams: 4 } as const;

const ECHO_BYTES = 64 * 1024;
const BATCH = 64;
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/** How long it takes at most to see that it shall stop. */
const STOP_LOOK_MS = 100;

/** How many chunks of one stream are taken in a row. */
const CHUNKS_PER_TURN = 4;

class Servers implements Watcher {
  readonly #wire = new Wire();
  readonly #batch: DatagramBatch = this.#wire.sys.batch(BATCH);
  readonly #counts: Counts;
  readonly #roles: number[] = [];
  /** The streams that have more to take; each once, for a number may be given to another socket. */
  readonly #busy = new Set<number>();

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  open(echoes: number): ServerPorts {
    const listen = (role: number) => {
      const kind = role === ROLE.datagrams ? "datagram" : "stream";
      const { sock, port } = this.#wire.bound(kind, RECEIVE_BUFFER);
      this.#roles[this.#wire.add(sock, EVENT.read)] = role;
      return port;
    };
    return {
      echo: Array.from({ length: echoes }, () => listen(ROLE.echoListener)),
      sink: listen(ROLE.sinkListener),
      datagramSink: listen(ROLE.datagrams),
    };
  }

  /** Serves until it is told to stop. */
  serve(): void {
    while (this.#counts[COUNT.stop] === 0) {
      this.#wire.turn(this.#busy.size > 0 ? 0 : STOP_LOOK_MS, this);
      for (const index of [...this.#busy]) this.#drain(index);
    }
    this.#wire[Symbol.dispose]();
  }

  ready(index: number, events: number): void {
    switch (this.#roles[index]) {
      case ROLE.echoListener:
        this.#accept(index, ROLE.echo);
        break;
      case ROLE.sinkListener:
        this.#accept(index, ROLE.sink);
        break;
      case ROLE.echo:
        this.#echo(index, events);
        break;
      case ROLE.sink:
        this.#busy.add(index);
        break;
      case ROLE.datagrams:
        this.#take(index);
    }
  }

  #accept(listening: number, role: number): void {
    for (let sock = this.#wire.accept(listening); sock >= 0; sock = this.#wire.accept(listening)) {
      this.#roles[this.#wire.add(sock, EVENT.read)] = role;
      this.#count(COUNT.accepted, 1);
    }
  }

  #echo(index: number, events: number): void {
    for (;;) {
      const received = this.#wire.receive(index, ECHO_BYTES);
      if (received > 0) this.#wire.send(index, received);
      else if (received === -11) return;
      else return this.#wire.close(index);
      if (received < ECHO_BYTES && (events & EVENT.hangUp) === 0) return;
    }
  }

  /** Takes some of a stream; more in the next turn, after the others. */
  #drain(index: number): void {
    for (let chunks = 0; chunks < CHUNKS_PER_TURN; chunks++) {
      const received = this.#wire.receive(index, CHUNK_BYTES);
      if (received > 0) {
        this.#count(COUNT.sinkBytes, received);
        continue;
      }
      this.#busy.delete(index);
      if (received !== -11) this.#wire.close(index);
      return;
    }
  }

  #take(index: number): void {
    const sock = this.#wire.socks[index] ?? -1;
    let received = 0;
    do {
      received = this.#batch.receive(sock, 0, BATCH, WITH.nothing);
      if (received > 0) this.#count(COUNT.datagrams, received);
    } while (received === BATCH);
  }

  #count(what: number, by: number): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + by;
  }
}

self.onmessage = ({ data: { counts, echoes } }: MessageEvent<ServerOrder>) => {
  const servers = new Servers(counts);
  self.postMessage(servers.open(echoes));
  servers.serve();
  self.close();
};
