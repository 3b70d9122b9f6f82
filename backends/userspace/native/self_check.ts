/**
 * Shows, on this machine and before it is relied on, that the native data path works: structures are
 * laid out as the system has them, bytes and datagrams arrive whole, ends and resets are passed on.
 * It takes some ten milliseconds, loopback only, and needs no permission but that of the library.
 *
 * @module
 */
import { NativeEngine } from "./engine.ts";
import { ERRNO, errnoName } from "./errno.ts";
import type { NativeListener } from "./listener.ts";
import { allocate, bytesFrom, type Region } from "./memory.ts";
import type { EngineOptions } from "./settings.ts";
import { sockAddrOf } from "./sockaddr.ts";
import { EVENT, type SocketKind, type Sys, WITH } from "./sys.ts";
import { openWaker } from "./waker.ts";

/** What came of the self-test. */
export type SelfTestResult =
  | {
    /** The native data path works here. */
    readonly ok: true;
  }
  | {
    /** It does not. */
    readonly ok: false;
    /** What was being tried and what was met. */
    readonly why: string;
  };

/** How long one step may take, in milliseconds. */
const STEP_MS = 2000;

/** More than goes in one share of a turn, so that bulk transfer is tried too. */
const STREAM_BYTES = 768 * 1024;

/** Datagrams of one byte, of a usual size, and about as large as they come. */
const DATAGRAM_SIZES = [1, 1200, 60_000];

const LOOPBACKS = [{ ip: "127.0.0.1", all: "0.0.0.0" }, { ip: "::1", all: "::" }];

/** As many pipes as it takes to try them. */
const PIPES = 4;

/**
 * Tries the native data path of a system. Never throws.
 *
 * @param options How many pipes the engine may use that is tried; 0 for none.
 */
export function selfTest(
  sys: Sys,
  options: Pick<EngineOptions, "pipes"> = {},
): SelfTestResult {
  try {
    using bench = new Bench(sys, options.pipes ?? PIPES);
    bench.tryLayouts();
    bench.tryWakeUp();
    for (const { ip, all } of LOOPBACKS) {
      if (!bench.has(ip)) continue;
      bench.tryStream(ip);
      bench.tryReset(ip);
      bench.tryDatagrams(ip, ip);
      if (sys.localAddresses) bench.tryDatagrams(all, ip);
    }
    return { ok: true };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** An engine, and the sockets of clients and endpoints around it. */
class Bench implements Disposable {
  readonly #sys: Sys;
  readonly #engine: NativeEngine;
  readonly #socks: number[] = [];

  constructor(sys: Sys, pipes: number) {
    this.#sys = sys;
    const onFault = ({ error }: { readonly error: unknown }) => {
      throw error;
    };
    this.#engine = NativeEngine.create({ sys, onFault, maxFlows: 128, pipes });
  }

  [Symbol.dispose](): void {
    for (const sock of this.#socks) this.#sys.close(sock);
    this.#engine[Symbol.dispose]();
  }

  /** Whether this machine has an address. */
  has(ip: string): boolean {
    const sock = this.#sys.socket(ip.includes(":") ? "IPv6" : "IPv4", "stream");
    if (sock < 0) return false;
    const bound = this.#sys.bind(sock, sockAddrOf(ip, 0, this.#sys.inet6));
    this.#sys.close(sock);
    return bound === 0;
  }

  /** What the poller is told must come back whole: it is laid out differently on x86-64. */
  tryLayouts(): void {
    const poller = this.#sys.poller(4);
    if (typeof poller === "number") throw failure("make a poller", poller);
    const socks = [
      this.#endpoint("127.0.0.1", "datagram"),
      this.#endpoint("127.0.0.1", "datagram"),
    ];
    const tokens = [0x80000001, 0x7ffffffe];
    socks.forEach((sock, i) => {
      poller.add(sock, tokens[i] ?? 0, 0xfffffff0 + i, EVENT.write);
    });
    const count = poller.wait(STEP_MS);
    const seen = Array.from({ length: Math.max(count, 0) }, (_, i) => ({
      token: poller.token(i),
      generation: poller.generation(i),
      events: poller.events(i),
    })).sort((a, b) => a.generation - b.generation);
    for (const sock of socks) poller.forget(sock);
    poller.close();
    const whole = seen.length === 2 &&
      seen.every(({ token, generation, events }, i) =>
        token === tokens[i] && generation === 0xfffffff0 + i && events === EVENT.write
      );
    if (!whole) throw new Error(`Cannot read the poller's events: got ${JSON.stringify(seen)}`);
  }

  tryWakeUp(): void {
    using waker = openWaker(this.#engine.wakeHandle);
    waker.wake();
    this.#until("be woken", () => this.#engine.turn(10));
    if (this.#engine.turn(0)) throw new Error("Cannot be woken once: a wake-up was told twice");
  }

  /** A long message and its end go to the endpoint, and then another one comes back. */
  tryStream(ip: string): void {
    const server = this.#endpoint(ip, "stream");
    const client = this.#client(ip, "stream", {
      choose: () => this.#text(ip, server),
    });
    let accepted = -1;
    this.#until(`connect by ${ip}`, () => (accepted = this.#sys.accept(server)) >= 0);
    this.#socks.push(accepted);
    this.#transfer(`send by ${ip}`, client, accepted, pattern(1));
    this.#transfer(`answer by ${ip}`, accepted, client, pattern(2));
  }

  /** A client for whom there is no endpoint is reset. */
  tryReset(ip: string): void {
    const client = this.#client(ip, "stream", { choose: () => null });
    const { bytes } = allocate(8);
    let result = 0;
    this.#until(`be reset by ${ip}`, () => {
      result = this.#sys.receive(client, bytes, 1);
      return result !== -ERRNO.EAGAIN && result !== -ERRNO.ENOTCONN;
    });
    // Wine shuts a socket down before it closes it, so there a reset arrives as an end.
    const ended = result === 0 && this.#sys.os === "windows";
    if (result !== -ERRNO.ECONNRESET && !ended) throw failure(`be reset by ${ip}`, result);
  }

  /** Datagrams go to the endpoint, and come back from the address that they were sent to. */
  tryDatagrams(listenOn: string, ip: string): void {
    const server = this.#endpoint(ip, "datagram");
    const client = this.#client(ip, "datagram", {
      ip: listenOn,
      choose: () => this.#text(ip, server),
    });
    const echo = this.#sys.batch(4);
    const message = pattern(3);
    const answer = allocate(64 * 1024);
    for (const size of DATAGRAM_SIZES) {
      const what = `send ${size} bytes to ${listenOn}`;
      const sent = this.#sys.send(client, message.bytes, size);
      if (sent !== size) throw failure(what, sent);
      let received = 0;
      this.#until(what, () => {
        const count = echo.receive(server, 0, 1, WITH.peer);
        if (count > 0) {
          echo.address(0, 0, echo, 0);
          echo.send(server, 0, 1);
        }
        received = this.#sys.receive(client, answer.bytes, answer.bytes.length);
        return received >= 0;
      });
      if (received !== size || !sameBytes(message.bytes, answer.bytes, size)) {
        throw new Error(`Cannot ${what}: ${received} bytes came back, or others than were sent`);
      }
    }
  }

  #transfer(what: string, from: number, to: number, data: Region): void {
    // One byte more, so that too many would be noticed.
    const into = allocate(STREAM_BYTES + 1);
    let sent = 0;
    let received = 0;
    this.#until(what, () => {
      if (sent < STREAM_BYTES) {
        const count = this.#sys.send(from, bytesFrom(data, sent), STREAM_BYTES - sent);
        sent += Math.max(0, count);
        if (sent === STREAM_BYTES) this.#sys.shutdownWrite(from);
      }
      const room = into.bytes.length - received;
      const count = this.#sys.receive(to, bytesFrom(into, received), room);
      if (count > 0) received += count;
      return count === 0 || count < 0 && count !== -ERRNO.EAGAIN;
    });
    if (received !== STREAM_BYTES || !sameBytes(data.bytes, into.bytes, received)) {
      throw new Error(`Cannot ${what}: ${received} bytes of ${STREAM_BYTES} came, or others`);
    }
  }

  /** A socket that serves as an endpoint. */
  #endpoint(ip: string, kind: SocketKind): number {
    const sock = this.#socket(ip, kind);
    const result = this.#sys.bind(sock, sockAddrOf(ip, 0, this.#sys.inet6)) ||
      (kind === "stream" ? this.#sys.listen(sock, 1) : 0);
    if (result < 0) throw failure(`bind ${ip}`, result);
    return sock;
  }

  /** A client's socket, connected to a listener of the engine. */
  #client(
    ip: string,
    kind: SocketKind,
    listener: Pick<NativeListener, "choose"> & { readonly ip?: string },
  ): number {
    const key = `self-test ${this.#socks.length}`;
    const protocol = kind === "stream" ? "TCP" : "UDP";
    const opened = this.#engine.open({ key, protocol, ip, port: 0, ...listener });
    if (!opened.ok) throw new Error(opened.message);
    const sock = this.#socket(ip, kind);
    const result = this.#sys.connect(sock, sockAddrOf(ip, opened.port, this.#sys.inet6));
    const underWay = result === -ERRNO.EINPROGRESS || result === -ERRNO.EAGAIN;
    if (result < 0 && !underWay) throw failure(`connect to ${ip}`, result);
    return sock;
  }

  #socket(ip: string, kind: SocketKind): number {
    const sock = this.#sys.socket(ip.includes(":") ? "IPv6" : "IPv4", kind);
    if (sock < 0) throw failure("make a socket", sock);
    this.#socks.push(sock);
    return sock;
  }

  #text(ip: string, sock: number): string {
    const port = this.#sys.localPort(sock);
    return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
  }

  /** Turns the engine until something holds. */
  #until(what: string, holds: () => boolean): void {
    const limit = performance.now() + STEP_MS;
    while (!holds()) {
      if (performance.now() > limit) throw new Error(`Cannot ${what}: ${STEP_MS} ms have passed`);
      this.#engine.turn(1);
    }
  }
}

function failure(what: string, code: number): Error {
  return new Error(`Cannot ${what}: ${errnoName(-code)}`);
}

function pattern(seed: number): Region {
  const region = allocate(STREAM_BYTES);
  let state = seed;
  for (let i = 0; i < region.words.length; i++) {
    state = Math.imul(state, 1664525) + 1013904223 | 0; // Numerical Recipes' generator: no short period
    region.words[i] = state;
  }
  return region;
}

function sameBytes(a: Uint8Array, b: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) { // every() takes ten times as long, and these are megabytes
    if (a[i] !== b[i]) return false;
  }
  return true;
}
