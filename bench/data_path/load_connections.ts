/**
 * New connections: each is opened, asks once, and is closed when it is answered. And connections that
 * are opened and kept.
 *
 * @module
 */
import { EVENT } from "../../backends/userspace/native/mod.ts";
import { Latencies } from "./latencies.ts";
import { COUNT, type Counts, type Figures, type Load } from "./load.ts";
import { addressesOf, type Watcher, Wire } from "./wire.ts";

const REQUEST_BYTES = 64;

/** How long opening connections that are kept may take. */
const PATIENCE_MS = 20_000;

/** How many of them may wait to be accepted. */
const AHEAD = 256;

/** Runs the load of new connections. */
export function connections(load: Load & { readonly kind: "connections" }): Figures {
  using wire = new Wire();
  const churn = new Churn(wire, load);
  const startedAt = performance.now();
  churn.start();
  while (performance.now() < startedAt + load.seconds * 1000) wire.turn(10, churn);
  const took = performance.now() - startedAt;
  return {
    perSecond: churn.times.count * 1000 / took,
    p50: churn.times.quantile(0.5),
    p99: churn.times.quantile(0.99),
    lost: 0,
    failed: churn.failed,
    endedAt: Date.now(),
  };
}

class Churn implements Watcher {
  readonly times = new Latencies();
  failed = 0;
  readonly #wire: Wire;
  readonly #count: number;
  readonly #next: ReturnType<typeof addressesOf>;
  readonly #openedAt: number[] = [];
  readonly #asked: boolean[] = [];

  constructor(wire: Wire, load: Load & { readonly kind: "connections" }) {
    this.#wire = wire;
    this.#count = load.connections;
    this.#next = addressesOf(load.to, wire.sys);
  }

  start(): void {
    for (let i = 0; i < this.#count; i++) this.#open();
  }

  ready(index: number, events: number): void {
    if ((events & EVENT.error) !== 0) return this.#over(index, false);
    if ((events & EVENT.write) !== 0 && this.#asked[index] === false) {
      this.#asked[index] = true;
      this.#wire.send(index, REQUEST_BYTES);
    }
    if ((events & EVENT.read) === 0) return;
    const received = this.#wire.receive(index, REQUEST_BYTES);
    if (received !== -11) this.#over(index, received === REQUEST_BYTES);
  }

  #open(): void {
    const now = performance.now();
    const sock = this.#wire.connect("stream", this.#next());
    if (sock < 0) throw new Error(`Cannot open more connections: code ${-sock}`);
    const index = this.#wire.add(sock);
    this.#openedAt[index] = now;
    this.#asked[index] = false;
  }

  #over(index: number, well: boolean): void {
    if (well) this.times.add(performance.now() - (this.#openedAt[index] ?? 0));
    else this.failed++;
    this.#wire.close(index);
    this.#open();
  }
}

/** Opens connections; the caller disposes of them when it wants them gone. */
export function hold(
  { to, connections }: Load & { readonly kind: "idle" },
  counts: Counts,
): { readonly wire: Wire; readonly figures: Figures } {
  const wire = new Wire();
  const next = addressesOf(to, wire.sys);
  const before = counts[COUNT.accepted] ?? 0;
  const arrived = () => (counts[COUNT.accepted] ?? 0) - before;
  const nothing = { ready: () => {} };
  const startedAt = performance.now();
  for (let opened = 0; arrived() < connections;) {
    if (performance.now() > startedAt + PATIENCE_MS) {
      wire[Symbol.dispose]();
      throw new Error(`${to.ip} has passed on ${arrived()} of ${connections} connections`);
    }
    if (opened === connections || opened - arrived() >= AHEAD) {
      wire.turn(1, nothing);
      continue;
    }
    const sock = wire.connect("stream", next());
    if (sock < 0) throw new Error(`Cannot open more connections: code ${-sock}`);
    wire.add(sock, EVENT.read);
    opened++;
  }
  const perSecond = connections * 1000 / (performance.now() - startedAt);
  const figures = { perSecond, p50: 0, p99: 0, lost: 0, failed: 0, endedAt: Date.now() };
  return { wire, figures };
}
