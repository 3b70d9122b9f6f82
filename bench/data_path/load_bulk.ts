/**
 * Streams that send as fast as they are taken. What counts is what the sink got.
 *
 * @module
 */
import { EVENT } from "../../backends/userspace/native/mod.ts";
import { COUNT, type Counts, type Figures, type Load } from "./load.ts";
import { addressesOf, CHUNK_BYTES, type Watcher, Wire } from "./wire.ts";

/** Runs the load. */
export function bulk(
  { to, connections, seconds }: Load & { readonly kind: "bulk" },
  counts: Counts,
): Figures {
  using wire = new Wire();
  const next = addressesOf(to, wire.sys);
  const streams = new Streams(wire);
  for (let i = 0; i < connections; i++) {
    const sock = wire.connect("stream", next());
    if (sock < 0) throw new Error(`Cannot connect to ${to.ip}: code ${-sock}`);
    wire.add(sock);
  }
  const before = counts[COUNT.sinkBytes] ?? 0;
  const startedAt = performance.now();
  while (performance.now() < startedAt + seconds * 1000) streams.turn();
  const took = performance.now() - startedAt;
  const bytes = (counts[COUNT.sinkBytes] ?? 0) - before;
  return {
    perSecond: bytes * 1000 / took,
    p50: 0,
    p99: 0,
    lost: 0,
    failed: streams.failed,
    endedAt: Date.now(),
  };
}

class Streams implements Watcher {
  failed = 0;
  readonly #wire: Wire;
  /** Those that have room. */
  #open: number[] = [];

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  turn(): void {
    this.#wire.turn(this.#open.length > 0 ? 0 : 10, this);
    const open = this.#open;
    this.#open = [];
    for (const index of open) {
      const sent = this.#wire.send(index, CHUNK_BYTES);
      if (sent === CHUNK_BYTES) this.#open.push(index);
      else if (sent < 0 && sent !== -11) this.#fail(index);
    }
  }

  ready(index: number, events: number): void {
    if ((events & (EVENT.error | EVENT.hangUp)) !== 0) this.#fail(index);
    else if ((events & EVENT.write) !== 0 && !this.#open.includes(index)) this.#open.push(index);
  }

  #fail(index: number): void {
    this.failed++;
    this.#wire.close(index);
    this.#open = this.#open.filter((each) => each !== index);
  }
}
