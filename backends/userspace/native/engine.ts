/**
 * The native data path of one thread: listeners, the connections and flows of their clients, and an
 * event loop that runs while {@linkcode NativeEngine.turn} is called. It blocks, so it belongs in a
 * worker; nothing in it is shared with other threads but the wake-up.
 *
 * @module
 */
import type { VisitOpen } from "./connections.ts";
import { errnoName } from "./errno.ts";
import { type EventOwner, KIND, tokenOf } from "./event_loop.ts";
import {
  countCause,
  type NativeListener,
  type NativeStats,
  type OpenListener,
} from "./listener.ts";
import type { OpenResult } from "./listeners.ts";
import { type EngineOptions, share, type Shared } from "./settings.ts";
import { EVENT, type WakeHandle, type WakeSource } from "./sys.ts";
import { Tcp } from "./tcp.ts";
import { Udp } from "./udp.ts";

/** A native data path. */
export class NativeEngine implements Disposable {
  readonly #shared: Shared;
  readonly #tcp: Tcp;
  readonly #udp: Udp;
  readonly #wake: WakeSource;
  readonly #listeners = new Map<string, OpenListener>();
  /** Listeners that are closed and have connections still. */
  readonly #leaving = new Map<string, OpenListener>();
  #woken = false;
  #turning = false;
  #closed = false;

  private constructor(shared: Shared, wake: WakeSource) {
    this.#shared = shared;
    this.#wake = wake;
    this.#tcp = new Tcp(shared);
    this.#udp = new Udp(shared);
    shared.loop.own(KIND.wake, this.#wakeUps());
  }

  /**
   * Makes an engine without listeners.
   *
   * @throws {Error} If the system gives no poller or no wake-up.
   */
  static create(options: EngineOptions): NativeEngine {
    const shared = share(options);
    const { sys, loop } = shared;
    const wake = sys.wakeSource();
    const result = typeof wake === "number"
      ? wake
      : loop.poller.add(wake.sock, tokenOf(KIND.wake, 0), 0, EVENT.read);
    if (typeof wake !== "number" && result === 0) return new NativeEngine(shared, wake);
    if (typeof wake !== "number") wake.close();
    loop.close();
    throw new Error(`Cannot make a wake-up for the native data path: ${errnoName(-result)}`);
  }

  /** What another thread needs to wake this engine. It is of no use once the engine is disposed. */
  get wakeHandle(): WakeHandle {
    return this.#wake.handle;
  }

  /** Opens a listener. Its clients are served as long as {@linkcode turn} is called. */
  open(spec: NativeListener): OpenResult {
    if (this.#closed) throw new Error(`Cannot open "${spec.key}": the engine is disposed`);
    if (this.#listeners.has(spec.key)) {
      const message = `Cannot open "${spec.key}": a listener of that name is open already`;
      return { ok: false, code: "EEXIST", message };
    }
    const opened = spec.protocol === "TCP" ? this.#tcp.open(spec) : this.#udp.open(spec);
    if ("ok" in opened) return opened;
    this.#listeners.set(spec.key, opened.listener);
    return { ok: true, port: opened.port };
  }

  /**
   * Closes a listener; whether it was open. Its TCP connections live on unless they are to be
   * terminated; UDP flows have no way back without it, and end.
   */
  close(key: string, options: { readonly terminate?: boolean } = {}): boolean {
    const listener = this.#listeners.get(key);
    if (listener === undefined) return false;
    this.#listeners.delete(key);
    if (listener.spec.protocol === "UDP") this.#udp.close(listener);
    else this.#tcp.close(listener, options.terminate ?? false);
    for (const [name, { counters }] of this.#leaving) {
      if (counters.active === 0) this.#leaving.delete(name);
    }
    if (listener.counters.active > 0) this.#leaving.set(key, listener);
    return true;
  }

  /** Ends the connections, or the flows, of a listener; of one that is closed, too. */
  terminate(key: string): void {
    const listener = this.#listeners.get(key) ?? this.#leaving.get(key);
    if (listener === undefined) return;
    if (listener.spec.protocol === "UDP") this.#udp.flows.endAll(listener, null, "terminated");
    else this.#tcp.connections.endAll(listener, null, "terminated");
  }

  /** Ends the flows of a UDP listener whose clients may not use it any more. */
  endDenied(key: string, mayStay: (ip: string) => boolean): void {
    const listener = this.#listeners.get(key);
    if (listener !== undefined) this.#udp.flows.endDenied(listener, mayStay);
  }

  /** Shows all connections and flows that bytes flow on, those of closed listeners too. */
  forEachOpen(visit: VisitOpen): void {
    this.#tcp.connections.forEachOpen(visit);
    this.#udp.flows.forEachOpen(visit);
  }

  /**
   * Says that a listener must use an endpoint no more. UDP flows leave it at once, so that their
   * clients' next datagram finds another; TCP connections finish, unless they are to be terminated.
   */
  endpointGone(
    key: string,
    endpoint: string,
    options: { readonly terminate?: boolean } = {},
  ): void {
    const listener = this.#listeners.get(key) ?? this.#leaving.get(key);
    if (listener === undefined) return;
    if (listener.spec.protocol === "UDP") {
      this.#udp.flows.endAll(listener, endpoint, "endpoint-gone");
    } else if (options.terminate ?? false) {
      this.#tcp.connections.endAll(listener, endpoint, "endpoint-gone");
    }
  }

  /**
   * Waits for something to happen, at most so many milliseconds, and does a bounded amount of work.
   * Answers whether it was woken by another thread: then the caller should see to its messages.
   *
   * @throws {Error} If the system fails the engine; it must then be disposed of.
   */
  turn(timeoutMs: number): boolean {
    if (this.#turning) throw new Error("Cannot turn the engine from within its own turn");
    if (this.#closed) throw new Error("Cannot take a turn: the engine is disposed");
    this.#turning = true;
    this.#woken = false;
    try {
      this.#shared.loop.turn(timeoutMs);
    } finally {
      this.#turning = false;
      if (this.#closed) this.#dispose();
    }
    return this.#woken;
  }

  /** What a listener has done; `null` if there is none of that name. */
  stats(key: string): NativeStats | null {
    const listener = this.#listeners.get(key);
    if (listener === undefined) return null;
    const { counters, sock, spec } = listener;
    const drops = { ...counters.drops };
    const missed = spec.protocol === "UDP" ? this.#shared.sys.systemDrops(sock) : 0;
    if (missed > 0) countCause(drops, "receive-buffer", missed);
    return { ...counters, dialFailures: { ...counters.dialFailures }, drops };
  }

  /** How many TCP connections and UDP flows there are, of all listeners, closed ones too. */
  get load(): { readonly connections: number; readonly flows: number; readonly heldBytes: number } {
    const { connections } = this.#tcp;
    return {
      connections: connections.count,
      flows: this.#udp.flows.table.size,
      heldBytes: connections.held.memory,
    };
  }

  /** Closes everything. Connections are reset. From within a turn: when the turn is over. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#turning) this.#dispose();
  }

  #dispose(): void {
    for (const key of [...this.#listeners.keys()]) this.close(key, { terminate: true });
    this.#tcp.dispose();
    this.#wake.close();
    this.#shared.loop.close();
  }

  #wakeUps(): EventOwner {
    return {
      ready: () => {
        this.#wake.drain();
        this.#shared.loop.poller.awaitRead(this.#wake.sock);
        this.#woken = true;
      },
      resume: () => 0,
    };
  }
}
