/**
 * Opens and closes the sockets that clients come to, and finds them again by the tokens of events.
 *
 * @module
 */
import { ERRNO, errnoName } from "./errno.ts";
import { KIND, tokenOf } from "./event_loop.ts";
import { type NativeListener, newCounters, type OpenListener } from "./listener.ts";
import type { Shared } from "./settings.ts";
import { type Family, ipBytes, sockAddrOf } from "./sockaddr.ts";
import { EVENT } from "./sys.ts";

/** What came of opening a listener. */
export type OpenResult =
  | {
    /** It listens. */
    readonly ok: true;
    /** The port: the one asked for, or the free one that was taken. */
    readonly port: number;
  }
  | {
    /** It does not. */
    readonly ok: false;
    /** The code's name: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`. */
    readonly code: string;
    /** What was being done and what was met. */
    readonly message: string;
  };

/** The open listeners of one protocol. */
export class Listeners {
  readonly #shared: Shared;
  readonly #kind: number;
  readonly #byIndex: (OpenListener | null)[] = [];
  readonly #free: number[] = [];
  #generations = 0;

  /** Holds the listeners whose events are of a kind. */
  constructor(shared: Shared, kind: number) {
    this.#shared = shared;
    this.#kind = kind;
  }

  /** The listener of an event; `null` if it is closed. */
  get(index: number, generation: number): OpenListener | null {
    const listener = this.#byIndex[index] ?? null;
    return listener?.generation === generation ? listener : null;
  }

  /** Opens a listener, or says why it cannot. */
  open(
    spec: NativeListener,
  ): { readonly listener: OpenListener; readonly port: number } | OpenResult {
    const { sys, loop } = this.#shared;
    const address = ipBytes(spec.ip);
    if (address === null) return failure(spec, -ERRNO.EINVAL);
    const family = address.length === 4 ? "IPv4" : "IPv6";
    const wildcard = address.every((byte) => byte === 0);
    if (wildcard && this.#kind === KIND.udpListener && !sys.localAddresses) {
      const { ok, code, message } = failure(spec, -ERRNO.EOPNOTSUPP);
      const hint = "answers would leave from the wrong address; open one listener for each address";
      return { ok, code, message: `${message} (${hint})` };
    }
    const sock = sys.socket(family, this.#kind === KIND.tcpListener ? "stream" : "datagram");
    if (sock < 0) return failure(spec, sock);
    const index = this.#free.pop() ?? this.#byIndex.length;
    const generation = ++this.#generations;
    const result = this.#prepare(sock, spec, family, wildcard) ||
      sys.bind(sock, sockAddrOf(spec.ip, spec.port, sys.inet6)) ||
      (this.#kind === KIND.tcpListener ? sys.listen(sock, this.#shared.settings.backlog) : 0) ||
      loop.poller.add(sock, tokenOf(this.#kind, index), generation, EVENT.read);
    const port = result < 0 ? result : sys.localPort(sock);
    if (port < 0) {
      sys.close(sock);
      this.#free.push(index);
      return failure(spec, port);
    }
    const listener: OpenListener = {
      spec,
      family,
      wildcard,
      sock,
      index,
      generation,
      counters: newCounters(),
      open: true,
      paused: false,
      recency: { newest: -1 },
    };
    this.#byIndex[index] = listener;
    return { listener, port };
  }

  /** Closes a listener's socket. */
  close(listener: OpenListener): void {
    const { sys, loop } = this.#shared;
    listener.open = false;
    this.#byIndex[listener.index] = null;
    this.#free.push(listener.index);
    loop.poller.forget(listener.sock);
    sys.close(listener.sock);
    loop.freed = true;
  }

  #prepare(sock: number, spec: NativeListener, family: Family, wildcard: boolean): number {
    const { sys, settings } = this.#shared;
    const reusePort = spec.reusePort ?? false;
    return this.#kind === KIND.tcpListener
      ? sys.prepareListener(sock, family, reusePort)
      : sys.prepareDatagram(sock, family, {
        bufferBytes: settings.datagramBuffer,
        wantLocal: wildcard && sys.localAddresses,
        reusePort,
      });
  }
}

/** Says why a listener could not be opened. */
export function failure(spec: NativeListener, code: number): OpenResult & { readonly ok: false } {
  const name = errnoName(-code);
  const where = spec.ip.includes(":") ? `[${spec.ip}]:${spec.port}` : `${spec.ip}:${spec.port}`;
  const message = `Cannot open "${spec.key}" on ${spec.protocol} ${where}: ${name}`;
  return { ok: false, code: name, message };
}
