/**
 * Requests and their echoes on kept connections: as fast as they are answered, or at a pace. A paced
 * request that has to wait for a free connection counts from when it was due, others from when they
 * are sent: what the client itself is late for is no fault of the proxy.
 *
 * @module
 */
import { EVENT } from "../../backends/userspace/native/mod.ts";
import { Latencies } from "./latencies.ts";
import type { Figures, Load } from "./load.ts";
import { addressesOf, type Watcher, Wire } from "./wire.ts";

/** How long connecting and the first answer may take. */
const PATIENCE_MS = 10_000;

/** Runs the load. */
export function requests(load: Load & { readonly kind: "requests" }): Figures {
  using wire = new Wire();
  return new Requests(wire, load).run();
}

class Requests implements Watcher {
  readonly #wire: Wire;
  readonly #load: Load & { readonly kind: "requests" };
  readonly #times = new Latencies();
  /** When each was asked; -1: it has been answered. */
  readonly #askedAt: Float64Array;
  readonly #answered: Int32Array;
  readonly #dead: Uint8Array;
  /** The connections that may ask, in a ring. */
  readonly #idle: number[] = [];
  #measuring = false;
  #answers = 0;
  #failed = 0;

  constructor(wire: Wire, load: Load & { readonly kind: "requests" }) {
    this.#wire = wire;
    this.#load = load;
    this.#askedAt = new Float64Array(load.connections).fill(-1);
    this.#answered = new Int32Array(load.connections);
    this.#dead = new Uint8Array(load.connections);
  }

  run(): Figures {
    const { connections, seconds, perSecond, to } = this.#load;
    const next = addressesOf(to, this.#wire.sys);
    for (let i = 0; i < connections; i++) {
      const sock = this.#wire.connect("stream", next());
      if (sock < 0) throw new Error(`Cannot connect to ${to.ip}: code ${-sock}`);
      this.#wire.add(sock);
    }
    this.#firstAnswers();
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1000;
    this.#measuring = true;
    if (perSecond === null) this.#saturate(endsAt);
    else this.#pace(startedAt, endsAt, 1000 / perSecond);
    const took = performance.now() - startedAt;
    return {
      perSecond: this.#answers * 1000 / took,
      p50: this.#times.quantile(0.5),
      p99: this.#times.quantile(0.99),
      lost: 0,
      failed: this.#failed,
      endedAt: Date.now(),
    };
  }

  ready(index: number, events: number): void {
    if (!this.#measuring && this.#askedAt[index] === -1 && (events & EVENT.write) !== 0) {
      this.#wire.change(index, EVENT.read);
      this.#ask(index, performance.now());
    }
    if ((events & EVENT.read) === 0 || this.#dead[index] !== 0) return;
    const received = this.#wire.receive(index, this.#load.bytes);
    if (received === -11) return;
    if (received <= 0) return this.#fail(index);
    const answered = (this.#answered[index] ?? 0) + received;
    this.#answered[index] = answered;
    if (answered < this.#load.bytes) return;
    this.#answered[index] = 0;
    const now = performance.now();
    if (this.#measuring) {
      this.#answers++;
      this.#times.add(now - (this.#askedAt[index] ?? now));
    }
    this.#askedAt[index] = -1;
    if (this.#measuring && this.#load.perSecond === null) this.#ask(index, now);
    else this.#idle.push(index);
  }

  #firstAnswers(): void {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (this.#idle.length + this.#failed < this.#load.connections) {
      if (performance.now() > giveUpAt) {
        throw new Error(
          `${this.#load.to.ip} has answered on ${this.#idle.length} connections only`,
        );
      }
      this.#wire.turn(10, this);
    }
  }

  #saturate(endsAt: number): void {
    for (const index of this.#idle) this.#ask(index, performance.now());
    while (performance.now() < endsAt) this.#wire.turn(10, this);
  }

  /** Sleeps between the requests: a client that spins takes a processor from what is measured. */
  #pace(startedAt: number, endsAt: number, everyMs: number): void {
    let due = startedAt;
    let heldBack = false;
    for (let now = startedAt; now < endsAt; now = performance.now()) {
      let index = due <= now ? this.#idle.shift() : undefined;
      for (; index !== undefined; index = due <= now ? this.#idle.shift() : undefined) {
        this.#ask(index, heldBack ? due : now);
        due += everyMs;
      }
      heldBack = due <= now;
      this.#wire.turn(Math.max(1, Math.ceil(due - now)), this);
    }
  }

  #ask(index: number, at: number): void {
    this.#askedAt[index] = at;
    if (this.#wire.send(index, this.#load.bytes) < 0) this.#fail(index);
  }

  #fail(index: number): void {
    if (this.#dead[index] !== 0) return;
    this.#dead[index] = 1;
    this.#failed++;
    this.#wire.close(index);
  }
}
