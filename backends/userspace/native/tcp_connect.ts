/**
 * Dials endpoints for accepted connections: each try on another endpoint, with its own timeout, and a
 * deadline for all together. Who refuses at once costs no time, so the next one gets the full timeout.
 * Nothing waits for a dial but the connection that it is for.
 *
 * @module
 */
import { chooseEndpoint, fault, tellDialFailed, tellOpened } from "./callbacks.ts";
import { type Connections, PHASE, SIDE } from "./connections.ts";
import type { Endpoint } from "./endpoints.ts";
import { ERRNO, errnoName, isExhaustion } from "./errno.ts";
import { KIND, type TimeKeeper, tokenOf } from "./event_loop.ts";
import type { Client, OpenListener } from "./listener.ts";
import type { Shared } from "./settings.ts";
import { EVENT } from "./sys.ts";
import type { Copier } from "./tcp_copy.ts";
import { Timers } from "./timers.ts";

/** How long a dial waits that found no descriptor. */
const DESCRIPTOR_WAIT_MS = 50;

/** How many endpoints that refuse on the spot are met in a row, and how long the others then have. */
const REFUSALS_AT_ONCE = 16;
const REFUSALS_REST_MS = 1;

const NO_TRIES: readonly string[] = [];

/** Dials. */
export class Dialler implements TimeKeeper {
  readonly #shared: Shared;
  readonly #table: Connections;
  readonly #copier: Copier;
  readonly #timers = new Timers();

  /** Dials for the connections of a table, and hands them to the copier. */
  constructor(shared: Shared, table: Connections, copier: Copier) {
    this.#shared = shared;
    this.#table = table;
    this.#copier = copier;
    table.onLeft = (c) => this.#timers.clear(c);
    shared.loop.keep(this);
  }

  /** Takes an accepted socket and finds it an endpoint. */
  start(listener: OpenListener, sock: number, client: Client): void {
    const { loop, settings } = this.#shared;
    const c = this.#table.add(listener, sock, client);
    this.#table.deadline[c] = loop.time + settings.dialDeadline;
    this.#dial(c);
  }

  /** Something happened to a side of a connection that is not open yet. */
  ready(side: number, events: number): void {
    const c = side >> 1;
    if ((side & 1) === 0) {
      this.#clientReady(c, side, events);
    } else if ((events & EVENT.error) !== 0) {
      const code = this.#shared.sys.takeError(this.#table.sock[side] ?? -1);
      this.#failed(c, errnoName(code === 0 ? ERRNO.ECONNREFUSED : code));
    } else if ((events & EVENT.write) !== 0) {
      this.#reached(c, events);
    }
  }

  /** The next time that a try has lasted too long. */
  deadline(): number {
    return this.#timers.next();
  }

  /** Gives tries up that have lasted too long: not while an answer may be among what is not seen yet. */
  expire(now: number): void {
    if (this.#shared.loop.isBehind) return;
    for (let c = this.#timers.take(now); c !== -1; c = this.#timers.take(now)) {
      if (this.#table.phase[c] === PHASE.dialling) this.#failed(c, errnoName(ERRNO.ETIMEDOUT));
      else if (now >= (this.#table.deadline[c] ?? 0)) this.#table.end(c, "reset");
      else this.#dial(c);
    }
  }

  /** Tries endpoints until one is under way, or none is left. */
  #dial(c: number): void {
    const table = this.#table;
    const { faults, endpoints, settings } = this.#shared;
    const listener = table.listener[c] ?? null;
    const client = table.client[c] ?? null;
    const since = table.generation[2 * c];
    if (listener === null || client === null) return;
    let refusals = 0;
    while ((table.tries[c] ?? 0) < settings.dialTimeouts.length) {
      if (refusals++ === REFUSALS_AT_ONCE) return this.#wait(c, REFUSALS_REST_MS);
      const text = chooseEndpoint(listener, client, table.tried[c] ?? NO_TRIES, faults);
      if (text === null) {
        if ((table.tried[c] ?? null) === null) listener.counters.noEndpoint++;
        break;
      }
      if (table.generation[2 * c] !== since) { // the callback has ended the connection
        tellDialFailed(listener, text, "terminated", faults);
        return;
      }
      const endpoint = endpoints.get(text);
      if (endpoint === null) {
        fault(listener, "choose", new TypeError(`Cannot dial "${text}": not ip:port`), faults);
        tellDialFailed(listener, text, errnoName(ERRNO.EINVAL), faults);
        break;
      }
      const result = this.#connect(c, endpoint);
      if (result === 0) return;
      const again = isExhaustion(-result);
      if (!again) this.#remember(c, text, false);
      tellDialFailed(listener, text, errnoName(-result), faults);
      if (table.generation[2 * c] !== since) return;
      if (again) {
        table.held.trim();
        return this.#wait(c, DESCRIPTOR_WAIT_MS);
      }
    }
    this.#table.end(c, "reset");
  }

  /** Starts to connect: 0, or a negative code. */
  #connect(c: number, endpoint: Endpoint): number {
    const { sys, loop, settings } = this.#shared;
    const table = this.#table;
    const sock = sys.socket(endpoint.family, "stream");
    if (sock < 0) return sock;
    table.attach(c, endpoint, sock);
    const side = 2 * c + 1;
    const token = tokenOf(KIND.connection, side);
    let result = sys.prepareStream(sock) || sys.connect(sock, endpoint.address);
    if (result === 0 || result === -ERRNO.EINPROGRESS || result === -ERRNO.EAGAIN) {
      const both = EVENT.read | EVENT.write;
      result = loop.poller.add(sock, token, table.generation[side] ?? 0, both);
    }
    if (result < 0) {
      table.detach(c);
      return result;
    }
    table.phase[c] = PHASE.dialling;
    const limit = loop.time + (settings.dialTimeouts[table.tries[c] ?? 0] ?? 0);
    this.#timers.set(c, Math.min(limit, table.deadline[c] ?? 0));
    if ((table.tried[c] ?? null) !== null) this.#watchClient(c);
    return 0;
  }

  #reached(c: number, events: number): void {
    const table = this.#table;
    const { flags, generation } = table;
    const side = 2 * c;
    const since = generation[side];
    this.#timers.clear(c);
    table.phase[c] = PHASE.open;
    table.tried[c] = null;
    this.#tellOpened(c);
    if (generation[side] !== since) return; // the callback has ended it
    flags[side] = (flags[side] ?? 0) | SIDE.readable | SIDE.writable;
    flags[side + 1] = SIDE.writable | SIDE.watchedForRoom;
    // Most clients have spoken by now: looking at once saves waiting to be told.
    this.#copier.pump(side);
    if (generation[side] !== since) return;
    if (this.#watchClient(c) < 0) table.end(c, "reset");
    else if ((events & EVENT.read) !== 0) this.#copier.ready(side + 1, events);
  }

  #tellOpened(c: number): void {
    const table = this.#table;
    const listener = table.listener[c] ?? null;
    const endpoint = table.endpoint[c] ?? null;
    const client = table.client[c] ?? null;
    if (listener === null || endpoint === null || client === null) return;
    if (!(listener.spec.keepClients ?? false)) table.client[c] = null;
    tellOpened(listener, endpoint.text, client, this.#shared.faults);
  }

  /** A try has come to nothing. */
  #failed(c: number, cause: string): void {
    const table = this.#table;
    const listener = table.listener[c] ?? null;
    const endpoint = table.endpoint[c] ?? null;
    const since = table.generation[2 * c];
    if (listener === null || endpoint === null) return;
    this.#timers.clear(c);
    table.detach(c);
    table.phase[c] = PHASE.waiting;
    this.#remember(c, endpoint.text, cause === errnoName(ERRNO.ETIMEDOUT));
    tellDialFailed(listener, endpoint.text, cause, this.#shared.faults);
    if (table.generation[2 * c] !== since) return;
    if (this.#shared.loop.time >= (table.deadline[c] ?? 0)) this.#table.end(c, "reset");
    else this.#dial(c);
  }

  /** Notes that an endpoint failed. One that was late counts as a try, and one that fails anew. */
  #remember(c: number, text: string, wasLate: boolean): void {
    const table = this.#table;
    const tried = table.tried[c] ?? [];
    if (wasLate || tried.includes(text)) table.tries[c] = (table.tries[c] ?? 0) + 1;
    tried.push(text);
    table.tried[c] = tried;
  }

  /** Dials again after a while. */
  #wait(c: number, ms: number): void {
    this.#table.phase[c] = PHASE.waiting;
    this.#table.tried[c] ??= []; // should time run out, it was not for want of endpoints
    const { time } = this.#shared.loop;
    this.#timers.set(c, Math.min(time + ms, this.#table.deadline[c] ?? 0));
    this.#watchClient(c);
  }

  /** From now on the client's socket is watched; that it may be reset meanwhile is worth a look. */
  #watchClient(c: number): number {
    const { flags, generation, sock } = this.#table;
    const side = 2 * c;
    if (((flags[side] ?? 0) & SIDE.watched) !== 0) return 0;
    flags[side] = (flags[side] ?? 0) | SIDE.watched;
    const token = tokenOf(KIND.connection, side);
    const { poller } = this.#shared.loop;
    return poller.add(sock[side] ?? -1, token, generation[side] ?? 0, EVENT.read);
  }

  #clientReady(c: number, side: number, events: number): void {
    const { flags } = this.#table;
    if ((events & EVENT.error) !== 0) {
      this.#table.end(c, "reset");
    } else if ((events & EVENT.hangUp) !== 0) {
      flags[side] = (flags[side] ?? 0) | SIDE.hungUp;
    }
  }
}
