import fc from "fast-check";
import assert from "node:assert/strict";
import { Rig } from "./_rig.ts";
import { ERRNO } from "./errno.ts";
import { allocate } from "./memory.ts";

const HOST = "127.0.0.1";
const BUFFER = 64 * 1024;

/** How one side of a connection behaves. */
interface Habit {
  /** How many bytes it sends before it says its end. */
  readonly total: number;
  /** How many it sends at a time. */
  readonly write: number;
  /** How many it reads at a time. */
  readonly read: number;
  /** It reads only in every so-manieth round. */
  readonly lazy: number;
}

/** Those who say much say it in large pieces, or a run would take minutes. */
const HABIT: fc.Arbitrary<Habit> = fc.oneof(
  fc.record({ total: fc.nat(3000), write: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ total: fc.nat(1_000_000), write: fc.integer({ min: 20_000, max: BUFFER }) }),
).chain((speech) =>
  fc.record({
    total: fc.constant(speech.total),
    write: fc.constant(speech.write),
    read: fc.integer({ min: 10_000, max: BUFFER }),
    lazy: fc.constantFrom(1, 1, 1, 4),
  })
);

/** The byte at a place of what a side sends. No period that a buffer's size could hide. */
function byteAt(seed: number, place: number): number {
  return Math.imul(place + seed * 7919, 2654435761) >>> 24;
}

/** One side: a raw socket, what it has sent, and what it has read. */
class Side {
  sent = 0;
  received = 0;
  ended = false;
  readonly #out = allocate(BUFFER);
  readonly #in = allocate(BUFFER);

  readonly #rig: Rig;
  readonly #sock: number;
  readonly #habit: Habit;
  readonly #seed: number;
  readonly #otherSeed: number;
  /** Where in all that it says the bytes in its buffer stand. */
  #prepared = -1;

  constructor(rig: Rig, sock: number, habit: Habit, seeds: readonly [own: number, other: number]) {
    this.#rig = rig;
    this.#sock = sock;
    this.#habit = habit;
    [this.#seed, this.#otherSeed] = seeds;
  }

  /** Whether it has said all and heard all. */
  get done(): boolean {
    return this.ended && this.sent > this.#habit.total;
  }

  step(round: number): void {
    this.#write();
    if (round % this.#habit.lazy === 0) this.#read();
  }

  #write(): void {
    const { total, write } = this.#habit;
    if (this.sent > total) return;
    const length = Math.min(write, total - this.sent);
    if (this.#prepared !== this.sent) {
      for (let i = 0; i < length; i++) this.#out.bytes[i] = byteAt(this.#seed, this.sent + i);
      this.#prepared = this.sent;
    }
    const count = length === 0 ? 0 : this.#rig.sys.send(this.#sock, this.#out.bytes, length);
    this.sent += Math.max(0, count);
    if (this.sent < total) return;
    assert.equal(this.#rig.sys.shutdownWrite(this.#sock), 0);
    this.sent = total + 1;
  }

  #read(): void {
    const length = this.#rig.sys.receive(this.#sock, this.#in.bytes, this.#habit.read);
    if (length === 0) this.ended = true;
    if (length < 0) assert.equal(length, -ERRNO.EAGAIN);
    for (let i = 0; i < length; i++) {
      if (this.#in.bytes[i] !== byteAt(this.#otherSeed, this.received + i)) {
        assert.fail(`byte ${this.received + i} is wrong`);
      }
    }
    this.received += Math.max(0, length);
  }
}

Deno.test.each([
  { how: "spliced", pipes: 64, pendingBytes: 1 << 26 },
  { how: "spliced, with one pipe for all", pipes: 1, pendingBytes: 1 << 26 },
  { how: "copied", pipes: 0, pendingBytes: 1 << 26 },
  { how: "copied, with hardly any memory", pipes: 0, pendingBytes: 1 << 18 },
])(
  "whatever both sides do, each gets what the other sent, $how",
  async ({ how: _, ...options }) => {
    const pairs = fc.array(fc.tuple(HABIT, HABIT), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pairs, async (habits) => {
        await using rig = new Rig(options);
        const { sock, port: endpoint } = rig.bound("stream");
        assert.equal(rig.sys.listen(sock, 16), 0);
        const { port, told } = rig.open(() => `${HOST}:${endpoint}`);
        const sides: Side[] = [];
        const servers: number[] = [];
        for (const [i, [client, server]] of habits.entries()) {
          const to = rig.connected("stream", port);
          let from = -1;
          rig.until("it is accepted", () => (from = rig.sys.accept(sock)) >= 0);
          servers.push(from);
          sides.push(new Side(rig, to, client, [2 * i, 2 * i + 1]));
          sides.push(new Side(rig, from, server, [2 * i + 1, 2 * i]));
        }
        let round = 0;
        rig.until("all have heard all", () => {
          round++;
          for (const side of sides) if (!side.done) side.step(round);
          rig.engine.turn(0);
          return sides.every(({ done }) => done);
        });
        sides.forEach(({ received }, i) => {
          assert.equal(received, habits[i >> 1]?.[1 - i % 2]?.total);
        });
        rig.until("all have ended", () => told.closed.length === habits.length);
        assert.ok(told.closed.every(({ closed }) => closed.reason === "finished"));
        assert.equal(rig.engine.load.heldBytes, 0);
        for (const server of servers) rig.sys.close(server);
      }),
      { numRuns: 5 },
    );
  },
);
