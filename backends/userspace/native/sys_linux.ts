/**
 * Linux' sockets.
 *
 * Needs `--allow-ffi` (`library.ts` says for what).
 *
 * @module
 */
import { EpollPoller } from "./epoll.ts";
import { EventCounter } from "./eventfd.ts";
import { answer, type Libc, openLibc } from "./libc.ts";
import { allocate } from "./memory.ts";
import { LinuxBatch } from "./mmsg.ts";
import { AF_INET, emptySockAddr, type Family, portAt, type SockAddr } from "./sockaddr.ts";
import { askForSlice } from "./slice.ts";
import { LinuxSplicer } from "./splice.ts";
import type { DatagramBatch, DatagramOptions, Poller, SocketKind, Sys, WakeSource } from "./sys.ts";

const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
const MSG_NOSIGNAL = 0x4000;
const SHUT_WR = 1;
const RLIMIT_NOFILE = 7;

/** The shortest slice that the system gives. */
const SLICE_NS = 100_000;

const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_ERROR = 4;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_KEEPALIVE = 9;
const SO_LINGER = 13;
const SO_REUSEPORT = 15;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;

const IPPROTO_IP = 0;
const IP_PKTINFO = 8;

const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;

const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;

/** Seconds of silence before a keep-alive probe, and between two: what Go does by default. */
const KEEP_ALIVE_SECONDS = 15;

/** Where `SO_MEMINFO` counts the datagrams dropped (SK_MEMINFO_DROPS). */
const MEMINFO_DROPS = 8;

/**
 * Opens the system for this thread.
 *
 * @throws {Error} If libc or one of its functions is missing, or may not be loaded.
 */
export function openLinux(): Sys {
  return new LinuxSys(openLibc());
}

class LinuxSys implements Sys {
  readonly os = "linux";
  readonly inet6 = AF_INET6;
  readonly localAddresses = true;
  readonly peer: SockAddr = emptySockAddr();
  readonly splicer: LinuxSplicer;

  readonly #libc: Libc;
  readonly #peerLength = allocate(8);
  readonly #option = allocate(64);
  readonly #optionLength = allocate(8);

  constructor(libc: Libc) {
    this.#libc = libc;
    this.splicer = new LinuxSplicer(libc);
  }

  descriptorLimit(): number {
    const { words, bytes } = this.#option;
    if (this.#libc.call.getrlimit(RLIMIT_NOFILE, bytes) < 0) return 1024;
    return words[1] === 0 ? words[0] ?? 0 : 2 ** 31;
  }

  socket(family: Family, kind: SocketKind): number {
    return this.#answer(this.#libc.call.socket(
      family === "IPv4" ? AF_INET : AF_INET6,
      (kind === "stream" ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK_CLOEXEC,
      0,
    ));
  }

  bind(sock: number, address: SockAddr): number {
    return this.#answer(this.#libc.call.bind(sock, address.region.bytes, address.length));
  }

  listen(sock: number, backlog: number): number {
    return this.#answer(this.#libc.call.listen(sock, backlog));
  }

  accept(sock: number): number {
    const { region } = this.peer;
    this.#peerLength.words[0] = region.bytes.length;
    return this.#answer(
      this.#libc.call.accept4(
        sock,
        region.bytes,
        this.#peerLength.bytes,
        SOCK_NONBLOCK_CLOEXEC,
      ),
    );
  }

  connect(sock: number, address: SockAddr): number {
    return this.#answer(this.#libc.call.connect(sock, address.region.bytes, address.length));
  }

  receive(sock: number, at: Uint8Array<ArrayBuffer>, length: number): number {
    return this.#answer(this.#libc.call.recv(sock, at, length, 0));
  }

  send(sock: number, at: Uint8Array<ArrayBuffer>, length: number): number {
    return this.#answer(this.#libc.call.send(sock, at, length, MSG_NOSIGNAL));
  }

  shutdownWrite(sock: number): number {
    return this.#answer(this.#libc.call.shutdown(sock, SHUT_WR));
  }

  close(sock: number): void {
    this.#libc.call.close(sock);
  }

  abort(sock: number): void {
    // struct linger { on, seconds }: closing with 0 seconds left sends a reset.
    this.#set(sock, SOL_SOCKET, SO_LINGER, 1, 0);
    this.close(sock);
  }

  takeError(sock: number): number {
    return this.#get(sock, SO_ERROR, 0);
  }

  localPort(sock: number): number {
    const { bytes } = this.#option;
    this.#optionLength.words[0] = bytes.length;
    const result = this.#libc.call.getsockname(sock, bytes, this.#optionLength.bytes);
    return result < 0 ? this.#answer(result) : portAt(bytes, 0);
  }

  prepareListener(sock: number, family: Family, reusePort: boolean): number {
    return this.#prepareBound(sock, family, reusePort) ||
      this.#set(sock, SOL_SOCKET, SO_REUSEADDR, 1) ||
      this.prepareStream(sock);
  }

  prepareStream(sock: number): number {
    return this.#set(sock, IPPROTO_TCP, TCP_NODELAY, 1) ||
      this.#set(sock, SOL_SOCKET, SO_KEEPALIVE, 1) ||
      this.#set(sock, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_ALIVE_SECONDS) ||
      this.#set(sock, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_ALIVE_SECONDS);
  }

  prepareAccepted(_sock: number): number {
    return 0; // all of prepareStream() is inherited from the listening socket
  }

  prepareDatagram(sock: number, family: Family, options: DatagramOptions): number {
    const failure = this.#prepareBound(sock, family, options.reusePort);
    if (failure < 0) return failure;
    this.#setBuffer(sock, SO_RCVBUFFORCE, SO_RCVBUF, options.bufferBytes);
    this.#setBuffer(sock, SO_SNDBUFFORCE, SO_SNDBUF, options.bufferBytes);
    if (!options.wantLocal) return 0;
    return family === "IPv4"
      ? this.#set(sock, IPPROTO_IP, IP_PKTINFO, 1)
      : this.#set(sock, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }

  systemDrops(sock: number): number {
    return this.#get(sock, SO_MEMINFO, MEMINFO_DROPS);
  }

  poller(capacity: number): Poller | number {
    return EpollPoller.create(this.#libc, capacity);
  }

  batch(capacity: number): DatagramBatch {
    return new LinuxBatch(this.#libc, capacity);
  }

  wakeSource(): WakeSource | number {
    return EventCounter.create(this.#libc);
  }

  runSoon(): boolean {
    return askForSlice(this.#libc, SLICE_NS);
  }

  [Symbol.dispose](): void {
    this.#libc.close();
  }

  #answer(result: number): number {
    return answer(this.#libc, result);
  }

  #prepareBound(sock: number, family: Family, reusePort: boolean): number {
    return (reusePort ? this.#set(sock, SOL_SOCKET, SO_REUSEPORT, 1) : 0) ||
      (family === "IPv6" ? this.#set(sock, IPPROTO_IPV6, IPV6_V6ONLY, 1) : 0);
  }

  /** As large as root may have it, else as large as the system's limit has it: never a failure. */
  #setBuffer(sock: number, forced: number, plain: number, bytes: number): void {
    if (this.#set(sock, SOL_SOCKET, forced, bytes) < 0) {
      this.#set(sock, SOL_SOCKET, plain, bytes);
    }
  }

  #set(sock: number, level: number, option: number, value: number, second?: number): number {
    const { words, bytes } = this.#option;
    words[0] = value;
    words[1] = second ?? 0;
    const length = second === undefined ? 4 : 8;
    return this.#answer(this.#libc.call.setsockopt(sock, level, option, bytes, length));
  }

  #get(sock: number, option: number, word: number): number {
    const { bytes, words } = this.#option;
    this.#optionLength.words[0] = bytes.length;
    const result = this.#libc.call.getsockopt(
      sock,
      SOL_SOCKET,
      option,
      bytes,
      this.#optionLength.bytes,
    );
    return result < 0 ? 0 : words[word] ?? 0;
  }
}
