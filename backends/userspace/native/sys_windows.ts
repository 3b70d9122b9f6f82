/**
 * Windows' sockets.
 *
 * Needs `--allow-ffi` (`library.ts` says for what).
 *
 * @module
 */
import { ERRNO, fromWinsock } from "./errno.ts";
import { allocate } from "./memory.ts";
import {
  AF_INET,
  emptySockAddr,
  type Family,
  portAt,
  type SockAddr,
  sockAddrOf,
} from "./sockaddr.ts";
import type { DatagramBatch, DatagramOptions, Poller, SocketKind, Sys, WakeSource } from "./sys.ts";
import { answer, openWinsock, type Winsock } from "./winsock.ts";
import { WakeSocket } from "./wake_socket.ts";
import { WsaBatch } from "./wsa_batch.ts";
import { WsaPoller } from "./wsapoll.ts";

const AF_INET6 = 23;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const OVERLAPPED_NO_INHERIT = 0x81;
const HANDLE_FLAG_INHERIT = 1;
const FIONBIO = 0x8004667e;
const SIO_UDP_CONNRESET = 0x9800000c;
const SD_SEND = 1;

/** What GetCurrentThread() answers, always. */
const THIS_THREAD = -2n;
const THREAD_PRIORITY_ABOVE_NORMAL = 1;

const SOL_SOCKET = 0xffff;
const SO_KEEPALIVE = 0x0008;
const SO_LINGER = 0x0080;
const SO_SNDBUF = 0x1001;
const SO_RCVBUF = 0x1002;
const SO_ERROR = 0x1007;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_KEEPIDLE = 3;
const TCP_KEEPINTVL = 17;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 27;

/** Seconds of silence before a keep-alive probe, and between two: what Go does by default. */
const KEEP_ALIVE_SECONDS = 15;

/** Windows knows no limit of its own; this is beyond what an engine asks for. */
const HANDLES = 2 ** 20;

/**
 * Opens the system for this thread.
 *
 * @throws {Error} If Winsock or one of its functions is missing, or may not be loaded.
 */
export function openWindows(): Sys {
  return new WindowsSys(openWinsock());
}

class WindowsSys implements Sys {
  readonly os = "windows";
  readonly inet6 = AF_INET6;
  readonly localAddresses = false;
  readonly splicer = null;
  readonly peer: SockAddr = emptySockAddr();

  readonly #winsock: Winsock;
  readonly #peerLength = allocate(8);
  readonly #option = allocate(64);
  readonly #optionLength = allocate(8);

  constructor(winsock: Winsock) {
    this.#winsock = winsock;
  }

  descriptorLimit(): number {
    return HANDLES;
  }

  socket(family: Family, kind: SocketKind): number {
    const sock = this.#answer(this.#winsock.call.WSASocketW(
      family === "IPv4" ? AF_INET : AF_INET6,
      kind === "stream" ? SOCK_STREAM : SOCK_DGRAM,
      0,
      null,
      0,
      OVERLAPPED_NO_INHERIT,
    ));
    if (sock < 0) return sock;
    const result = this.#unblock(sock);
    if (result < 0) this.close(sock);
    return result < 0 ? result : sock;
  }

  bind(sock: number, address: SockAddr): number {
    return this.#answer(this.#winsock.call.bind(sock, address.region.bytes, address.length));
  }

  listen(sock: number, backlog: number): number {
    return this.#answer(this.#winsock.call.listen(sock, backlog));
  }

  accept(sock: number): number {
    const { region } = this.peer;
    this.#peerLength.words[0] = region.bytes.length;
    return this.#answer(
      this.#winsock.call.accept(sock, region.bytes, this.#peerLength.bytes),
    );
  }

  connect(sock: number, address: SockAddr): number {
    return this.#answer(this.#winsock.call.connect(sock, address.region.bytes, address.length));
  }

  receive(sock: number, at: Uint8Array<ArrayBuffer>, length: number): number {
    return this.#answer(this.#winsock.call.recv(sock, at, length, 0));
  }

  send(sock: number, at: Uint8Array<ArrayBuffer>, length: number): number {
    return this.#answer(this.#winsock.call.send(sock, at, length, 0));
  }

  shutdownWrite(sock: number): number {
    return this.#answer(this.#winsock.call.shutdown(sock, SD_SEND));
  }

  close(sock: number): void {
    this.#winsock.call.closesocket(sock);
  }

  abort(sock: number): void {
    // LINGER has two half words here: on, for 0 seconds.
    this.#set(sock, SOL_SOCKET, SO_LINGER, 1);
    this.close(sock);
  }

  takeError(sock: number): number {
    const { bytes, words } = this.#option;
    this.#optionLength.words[0] = bytes.length;
    const result = this.#winsock.call.getsockopt(
      sock,
      SOL_SOCKET,
      SO_ERROR,
      bytes,
      this.#optionLength.bytes,
    );
    return result < 0 ? 0 : fromWinsock(words[0] ?? 0);
  }

  localPort(sock: number): number {
    const { bytes } = this.#option;
    this.#optionLength.words[0] = bytes.length;
    const result = this.#winsock.call.getsockname(sock, bytes, this.#optionLength.bytes);
    return result < 0 ? this.#answer(result) : portAt(bytes, 0);
  }

  prepareListener(sock: number, family: Family, reusePort: boolean): number {
    return this.#prepareBound(sock, family, reusePort);
  }

  prepareStream(sock: number): number {
    const result = this.#set(sock, IPPROTO_TCP, TCP_NODELAY, 1) ||
      this.#set(sock, SOL_SOCKET, SO_KEEPALIVE, 1);
    // Windows before 10, version 1709, has its two hours; that is no reason not to connect.
    this.#set(sock, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_ALIVE_SECONDS);
    this.#set(sock, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_ALIVE_SECONDS);
    return result;
  }

  prepareAccepted(sock: number): number {
    this.#winsock.kernel.SetHandleInformation(sock, HANDLE_FLAG_INHERIT, 0);
    return this.#unblock(sock) || this.prepareStream(sock);
  }

  prepareDatagram(sock: number, family: Family, options: DatagramOptions): number {
    const failure = this.#prepareBound(sock, family, options.reusePort);
    if (failure < 0) return failure;
    this.#set(sock, SOL_SOCKET, SO_RCVBUF, options.bufferBytes);
    this.#set(sock, SOL_SOCKET, SO_SNDBUF, options.bufferBytes);
    // A client that is gone shall not be told of by the listener: Wine and old Windows may not know it.
    this.#ignoreResets(sock);
    return 0;
  }

  systemDrops(_sock: number): number {
    return 0; // not told
  }

  poller(capacity: number): Poller | number {
    return new WsaPoller(this.#winsock, capacity);
  }

  batch(capacity: number): DatagramBatch {
    return new WsaBatch(this.#winsock, capacity);
  }

  wakeSource(): WakeSource | number {
    const sock = this.socket("IPv4", "datagram");
    if (sock < 0) return sock;
    const result = this.bind(sock, sockAddrOf("127.0.0.1", 0, AF_INET6));
    if (result < 0) {
      this.close(sock);
      return result;
    }
    return new WakeSocket(this, sock);
  }

  /** One step above the others of this process, for which Windows asks no privilege. */
  runSoon(): boolean {
    const { kernel } = this.#winsock;
    return kernel.SetThreadPriority(THIS_THREAD, THREAD_PRIORITY_ABOVE_NORMAL) !== 0;
  }

  [Symbol.dispose](): void {
    this.#winsock.close();
  }

  #answer(result: number): number {
    return answer(this.#winsock, result);
  }

  #prepareBound(sock: number, family: Family, reusePort: boolean): number {
    if (reusePort) return -ERRNO.EOPNOTSUPP;
    return family === "IPv6" ? this.#set(sock, IPPROTO_IPV6, IPV6_V6ONLY, 1) : 0;
  }

  #unblock(sock: number): number {
    const { words, bytes } = this.#option;
    words[0] = 1;
    return this.#answer(this.#winsock.call.ioctlsocket(sock, FIONBIO, bytes));
  }

  #ignoreResets(sock: number): void {
    const { words, bytes } = this.#option;
    words[0] = 0;
    const size = this.#optionLength.bytes;
    this.#winsock.call.WSAIoctl(sock, SIO_UDP_CONNRESET, bytes, 4, null, 0, size, null, null);
  }

  #set(sock: number, level: number, option: number, value: number): number {
    const { words, bytes } = this.#option;
    words[0] = value;
    return this.#answer(this.#winsock.call.setsockopt(sock, level, option, bytes, 4));
  }
}
