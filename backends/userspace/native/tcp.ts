/**
 * TCP: accepts connections and hands them to the dialler. Accepting never waits for anything; when
 * descriptors run out, it pauses until one is given back or some time has passed.
 *
 * @module
 */
import { isAllowed } from "./callbacks.ts";
import { Connections, PHASE } from "./connections.ts";
import { ERRNO } from "./errno.ts";
import { type EventOwner, KIND, type TimeKeeper } from "./event_loop.ts";
import type { NativeListener, OpenListener } from "./listener.ts";
import { Listeners } from "./listeners.ts";
import type { Shared } from "./settings.ts";
import { ipAt, portAt } from "./sockaddr.ts";
import { Dialler } from "./tcp_connect.ts";
import { Copier } from "./tcp_copy.ts";

/** How many connections of one listener are accepted in one turn. */
const ACCEPTS_PER_TURN = 64;

/** How long accepting pauses for want of descriptors, unless one is given back before. */
const PAUSE_MS = 100;

/** About what accepting and dialling costs, in bytes that could have been copied instead. */
const ACCEPT_WEIGHT = 16 * 1024;

/** The TCP half of an engine. */
export class Tcp implements TimeKeeper {
  /** Its connections. */
  readonly connections: Connections;
  readonly #shared: Shared;
  readonly #listeners: Listeners;
  readonly #copier: Copier;
  readonly #dialler: Dialler;
  readonly #paused = new Set<OpenListener>();
  #retryAt = Infinity;

  /** Takes the events of its kinds. */
  constructor(shared: Shared) {
    this.#shared = shared;
    this.connections = new Connections(shared);
    this.#listeners = new Listeners(shared, KIND.tcpListener);
    this.#copier = new Copier(shared, this.connections);
    this.#dialler = new Dialler(shared, this.connections, this.#copier);
    shared.loop.own(KIND.tcpListener, this.#acceptor());
    shared.loop.own(KIND.connection, this.#sides());
    shared.loop.keep(this);
  }

  /** Opens a listener. */
  open(spec: NativeListener): ReturnType<Listeners["open"]> {
    return this.#listeners.open(spec);
  }

  /** Closes a listener; its connections live on unless they are to be terminated. */
  close(listener: OpenListener, terminate: boolean): void {
    this.#paused.delete(listener);
    this.#listeners.close(listener);
    if (terminate) this.connections.endAll(listener, null, "terminated");
  }

  /** Resets all connections, those of closed listeners too, and gives everything back. */
  dispose(): void {
    this.connections.endAll(null, null, "terminated");
    this.connections.held.trim();
  }

  /** When accepting is tried again: at once, if somebody has given a descriptor back. */
  deadline(): number {
    if (this.#paused.size === 0) return Infinity;
    return this.#shared.loop.freed ? 0 : this.#retryAt;
  }

  /** Tries again. */
  expire(_now: number): void {
    for (const listener of [...this.#paused]) {
      if (!this.#paused.delete(listener)) continue; // a callback has closed it meanwhile
      listener.paused = false;
      this.#accept(listener);
    }
  }

  #acceptor(): EventOwner {
    const accept = (index: number, generation: number) => {
      const listener = this.#listeners.get(index, generation);
      return listener === null || listener.paused ? 0 : this.#accept(listener);
    };
    return { ready: accept, resume: accept };
  }

  #sides(): EventOwner {
    return {
      ready: (side, since, events) => {
        const table = this.connections;
        if (table.generation[side] !== since) return;
        if (table.phase[side >> 1] === PHASE.open) this.#copier.ready(side, events);
        else this.#dialler.ready(side, events);
      },
      resume: (side, since) =>
        this.connections.generation[side] === since ? this.#copier.resume(side) : 0,
    };
  }

  /** Accepts what is there, up to a share; answers with its weight. */
  #accept(listener: OpenListener): number {
    const { sys, loop } = this.#shared;
    for (let count = 0; count < ACCEPTS_PER_TURN; count++) {
      if (this.connections.full) return this.#pause(listener);
      const sock = sys.accept(listener.sock);
      if (sock < 0) {
        if (sock === -ERRNO.EAGAIN) {
          loop.poller.awaitRead(listener.sock);
          return count * ACCEPT_WEIGHT;
        }
        if (sock === -ERRNO.ECONNABORTED || sock === -ERRNO.EINTR) continue;
        return this.#pause(listener); // no descriptors, or what time may heal
      }
      this.#welcome(listener, sock);
      if (!listener.open) return count * ACCEPT_WEIGHT;
    }
    loop.later(KIND.tcpListener, listener.index, listener.generation);
    return ACCEPTS_PER_TURN * ACCEPT_WEIGHT;
  }

  #welcome(listener: OpenListener, sock: number): void {
    const { sys, faults } = this.#shared;
    const { bytes } = sys.peer.region;
    listener.counters.accepted++;
    const client = { ip: ipAt(bytes, 0), port: portAt(bytes, 0) };
    if (sys.prepareAccepted(sock) === 0 && isAllowed(listener, client, faults)) {
      this.#dialler.start(listener, sock, client);
    } else {
      sys.abort(sock);
    }
  }

  #pause(listener: OpenListener): number {
    const { loop } = this.#shared;
    listener.paused = true;
    listener.counters.acceptPauses++;
    this.#paused.add(listener);
    this.#retryAt = loop.time + PAUSE_MS;
    loop.freed = this.connections.held.trim();
    return 0;
  }
}
