/**
 * What the engine asks of an operating system: non-blocking sockets, a poller, batches of datagrams,
 * and a way to be woken. One implementation speaks libc (Linux), one Winsock. No call blocks but
 * {@linkcode Poller.wait}, and none throws: a negative answer is the negated code of `errno.ts`.
 *
 * @module
 */
import type { Family, SockAddr } from "./sockaddr.ts";

/** The two kinds of socket. */
export type SocketKind = "stream" | "datagram";

/** What a poller can say of a socket; also what it can be asked to watch for. */
export const EVENT = {
  /** Something can be read, or accepted; so can an end or an error. */
  read: 1,
  /** Something can be written, or a connection stands. */
  write: 2,
  /** The peer will send no more. */
  hangUp: 4,
  /** The socket has failed. */
  error: 8,
} as const;

/** Tells which sockets can go on. Edge-triggered: what is not exhausted is not told again. */
export interface Poller {
  /**
   * Watches a socket. The token and the generation come back with its events; a socket that is closed
   * is watched no more, but events of it may be in the batch at hand: compare generations.
   */
  add(sock: number, token: number, generation: number, interest: number): number;
  /** Changes what a socket is watched for. What holds already is told (again). */
  change(sock: number, token: number, generation: number, interest: number): number;
  /** Must be called when a read found nothing more: the next arrival is told. */
  awaitRead(sock: number): void;
  /** Must be called when a write found no more room: the next room is told. */
  awaitWrite(sock: number): void;
  /** Must be called before a watched socket is closed. */
  forget(sock: number): void;
  /** Waits for events, at most so many milliseconds, and answers with their number. */
  wait(timeoutMs: number): number;
  /** The token of an event of the last wait. */
  token(index: number): number;
  /** The generation of an event of the last wait. */
  generation(index: number): number;
  /** What happened, in bits of {@linkcode EVENT}. */
  events(index: number): number;
  /** Gives the poller back. */
  close(): void;
}

/** What a batch of datagrams carries with each. */
export const WITH = {
  /** Nothing: the socket is connected. */
  nothing: 0,
  /** The peer's address. */
  peer: 1,
  /** The peer's address, and the address of this machine that the peer spoke to. */
  peerAndLocal: 2,
} as const;

/** Words that a peer's socket address takes in {@linkcode DatagramBatch.peers}. */
export const PEER_WORDS = 8;

/** Words that a local address takes in {@linkcode DatagramBatch.locals}. */
export const LOCAL_WORDS = 4;

/** Who datagrams come from or go to, and the addresses of this machine that they do it by. */
export interface Addresses {
  /** Socket addresses of peers, as the system lays them out, {@linkcode PEER_WORDS} words each. */
  readonly peers: Uint32Array<ArrayBuffer>;
  /** Local addresses, {@linkcode LOCAL_WORDS} words each; zero where not known. */
  readonly locals: Uint32Array<ArrayBuffer>;
}

/** Buffers for many datagrams, received in one call and sent in one call. */
export interface DatagramBatch extends Addresses {
  /** How many datagrams fit. */
  readonly capacity: number;
  /** The length of the datagram in each buffer. */
  readonly lengths: Int32Array<ArrayBuffer>;
  /** Receives into up to `count` buffers from one on; answers how many came. */
  receive(sock: number, from: number, count: number, carry: number): number;
  /** Makes a buffer the next entry to be sent, to the peer that the socket is connected to. */
  put(entry: number, buffer: number): void;
  /** Makes a buffer an entry to be sent to a peer, from a local address where that is known. */
  address(entry: number, buffer: number, to: Addresses, index: number): void;
  /** Sends entries; answers how many went, or why the first did not. */
  send(sock: number, from: number, count: number): number;
}

/** Pipes that move bytes between sockets without showing them to us. */
export interface Splicer {
  /** Makes a pipe: its read end and its write end, or one negative code. */
  pipe(): readonly [readEnd: number, writeEnd: number] | number;
  /** Moves up to `length` bytes from a socket to a pipe or the other way, without waiting. */
  splice(from: number, to: number, length: number): number;
  /** Closes one end. */
  close(end: number): void;
}

/** How another thread wakes the engine: plain data for a message. */
export type WakeHandle =
  | {
    /** Linux: an event counter. */
    readonly kind: "eventfd";
    /** Its descriptor. */
    readonly fd: number;
  }
  | {
    /** Windows: a datagram socket on loopback. */
    readonly kind: "udp";
    /** Its port. */
    readonly port: number;
  };

/** The engine's end of the wake-up. */
export interface WakeSource {
  /** What the poller watches. */
  readonly sock: number;
  /** What the other threads need. */
  readonly handle: WakeHandle;
  /** Takes the wake-ups that came. */
  drain(): void;
  /** Gives it back. */
  close(): void;
}

/** One operating system. */
export interface Sys {
  /** Which one. */
  readonly os: "linux" | "windows";
  /** The number of the IPv6 family. */
  readonly inet6: number;
  /** Whether {@linkcode DatagramBatch} can tell, and choose, the local address. */
  readonly localAddresses: boolean;
  /** Pipes between sockets, where the system has them. */
  readonly splicer: Splicer | null;
  /** Where {@linkcode accept} leaves the address of the peer. */
  readonly peer: SockAddr;

  /** How many descriptors this process may have open. */
  descriptorLimit(): number;
  /** Makes a non-blocking socket that child processes don't inherit. */
  socket(family: Family, kind: SocketKind): number;
  /** Binds. IPv6 sockets serve IPv6 only. */
  bind(sock: number, address: SockAddr): number;
  /** Starts to listen. */
  listen(sock: number, backlog: number): number;
  /** Takes one connection; its peer is in {@linkcode peer}. */
  accept(sock: number): number;
  /** Starts to connect: 0, or the negated `EINPROGRESS` while it is under way. */
  connect(sock: number, address: SockAddr): number;
  /** Receives what is there, up to a length. 0: the peer will send no more. */
  receive(sock: number, at: Uint8Array<ArrayBuffer>, length: number): number;
  /** Sends as much as there is room for. */
  send(sock: number, at: Uint8Array<ArrayBuffer>, length: number): number;
  /** Says to the peer that nothing more comes. */
  shutdownWrite(sock: number): number;
  /** Closes; what was sent is still delivered. */
  close(sock: number): void;
  /** Closes so that the peer is told of a reset. */
  abort(sock: number): void;
  /** Takes the error that a socket met, as a positive code; 0 if none. */
  takeError(sock: number): number;
  /** The port that a socket is bound to. */
  localPort(sock: number): number;
  /** Sets a listening socket up before it is bound; what it accepts inherits all it can. */
  prepareListener(sock: number, family: Family, reusePort: boolean): number;
  /** Sets a TCP socket up: no delay, keep-alive. */
  prepareStream(sock: number): number;
  /** Sets up what an accepted socket did not inherit. */
  prepareAccepted(sock: number): number;
  /** Sets a listening UDP socket up before it is bound. */
  prepareDatagram(sock: number, family: Family, options: DatagramOptions): number;
  /** How many datagrams the system itself dropped on a socket. */
  systemDrops(sock: number): number;

  /** Makes a poller that tells up to so many events at a time. */
  poller(capacity: number): Poller | number;
  /** Makes buffers for so many datagrams of up to 64 KiB. */
  batch(capacity: number): DatagramBatch;
  /** Makes something to be woken by. */
  wakeSource(): WakeSource | number;
  /**
   * Asks to let this thread run as soon as it is woken, though others compute. Whether the system took
   * the wish; where it did not, all is as before.
   */
  runSoon(): boolean;
  /** Unloads the library. Whoever opened the system does it, after closing all engines. */
  [Symbol.dispose](): void;
}

/** How a UDP listener is set up. */
export interface DatagramOptions {
  /** The size that its buffers should have, in bytes; the system may grant less. */
  readonly bufferBytes: number;
  /** Whether to ask for the local address of each datagram. */
  readonly wantLocal: boolean;
  /** Whether other sockets may share the port. */
  readonly reusePort: boolean;
}
