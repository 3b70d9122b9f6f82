/**
 * What loads and servers share: sockets by the engine's own system layer, and an event loop over them.
 * Hot: it must never be what limits a measurement.
 *
 * Needs `--allow-ffi` (the engine's `library.ts` says for what).
 *
 * @module
 */
import {
  allocate,
  EVENT,
  openSys,
  type Poller,
  type SockAddr,
  sockAddrOf,
  type SocketKind,
  type Sys,
} from "../../backends/userspace/native/mod.ts";
import type { Target } from "./load.ts";

/** What one call moves at most. */
export const CHUNK_BYTES = 256 * 1024;

/** How many events one wait takes. */
const EVENTS = 512;

/** What happens to a socket. */
export interface Watcher {
  /** It can go on; `events` are bits of the engine's `EVENT`. */
  ready(index: number, events: number): void;
}

/** Sockets by number, and the loop that watches them. */
export class Wire implements Disposable {
  /** The system. */
  readonly sys: Sys = openSys();
  /** What is sent, and where what is received goes. */
  readonly buffer: Uint8Array<ArrayBuffer> = allocate(CHUNK_BYTES).bytes;
  /** The socket of each number; -1: none. */
  readonly socks: number[] = [];
  readonly #poller: Poller;
  readonly #generation: number[] = [];
  readonly #free: number[] = [];

  /** Opens the system for this thread. */
  constructor() {
    const poller = this.sys.poller(EVENTS);
    if (typeof poller === "number") throw new Error(`Cannot make a poller: code ${-poller}`);
    this.#poller = poller;
  }

  /** Takes a socket in and watches it. */
  add(sock: number, interest: number = EVENT.read | EVENT.write): number {
    const index = this.#free.pop() ?? this.socks.length;
    const generation = (this.#generation[index] ?? 0) + 1;
    this.socks[index] = sock;
    this.#generation[index] = generation;
    this.#must("watch a socket", this.#poller.add(sock, index, generation, interest));
    return index;
  }

  /** Changes what a socket is watched for. */
  change(index: number, interest: number): void {
    const sock = this.socks[index] ?? -1;
    this.#poller.change(sock, index, this.#generation[index] ?? 0, interest);
  }

  /** Closes a socket. */
  close(index: number): void {
    const sock = this.socks[index] ?? -1;
    if (sock === -1) return;
    this.#poller.forget(sock);
    this.sys.close(sock);
    this.socks[index] = -1;
    this.#generation[index] = (this.#generation[index] ?? 0) + 1;
    this.#free.push(index);
  }

  /** Waits for events once and hands them out. */
  turn(timeoutMs: number, watcher: Watcher): void {
    const poller = this.#poller;
    const count = poller.wait(timeoutMs);
    for (let i = 0; i < count; i++) {
      const index = poller.token(i);
      if (this.#generation[index] === poller.generation(i)) watcher.ready(index, poller.events(i));
    }
  }

  /** Receives once into the buffer. */
  receive(index: number, length: number): number {
    const sock = this.socks[index] ?? -1;
    const received = this.sys.receive(sock, this.buffer, length);
    if (received < length) this.#poller.awaitRead(sock);
    return received;
  }

  /** Sends once out of the buffer. */
  send(index: number, length: number): number {
    const sock = this.socks[index] ?? -1;
    const sent = this.sys.send(sock, this.buffer, length);
    if (sent < length) this.#poller.awaitWrite(sock);
    return sent;
  }

  /** Takes a connection that waits; negative: there is none. */
  accept(index: number): number {
    const listening = this.socks[index] ?? -1;
    const sock = this.sys.accept(listening);
    if (sock < 0) this.#poller.awaitRead(listening);
    return sock;
  }

  /** A socket that connects, or a negative code. */
  connect(kind: SocketKind, address: SockAddr): number {
    const sock = this.#must("make a socket", this.sys.socket("IPv4", kind));
    if (kind === "stream") this.sys.prepareStream(sock);
    const result = this.sys.connect(sock, address);
    if (result === 0 || UNDER_WAY.has(result)) return sock;
    this.sys.close(sock);
    return result;
  }

  /** A socket that is bound to a free port of loopback, and listens if it is one of streams. */
  bound(kind: SocketKind, bufferBytes: number): { readonly sock: number; readonly port: number } {
    const { sys } = this;
    const sock = this.#must("make a socket", sys.socket("IPv4", kind));
    this.#must(
      "set a socket up",
      kind === "stream"
        ? sys.prepareListener(sock, "IPv4", false)
        : sys.prepareDatagram(sock, "IPv4", { bufferBytes, wantLocal: false, reusePort: false }),
    );
    this.#must("bind", sys.bind(sock, sockAddrOf("127.0.0.1", 0, sys.inet6)));
    if (kind === "stream") this.#must("listen", sys.listen(sock, 4096));
    return { sock, port: this.#must("ask for a port", sys.localPort(sock)) };
  }

  /** Closes everything. */
  [Symbol.dispose](): void {
    for (let index = 0; index < this.socks.length; index++) this.close(index);
    this.#poller.close();
    this.sys[Symbol.dispose]();
  }

  #must(what: string, result: number): number {
    if (result < 0) throw new Error(`Cannot ${what} for a load: code ${-result}`);
    return result;
  }
}

/** `EAGAIN` and `EINPROGRESS`. */
const UNDER_WAY: ReadonlySet<number> = new Set([-11, -115]);

/** The addresses of a target, in turn. */
export function addressesOf({ ip, ports }: Target, { inet6 }: Sys): () => SockAddr {
  const addresses = ports.map((port) => sockAddrOf(ip, port, inet6));
  let next = 0;
  return () => {
    const address = addresses[next++ % addresses.length];
    if (address === undefined) throw new Error(`Cannot connect to ${ip}: it has no ports`);
    return address;
  };
}
