import assert from "node:assert/strict";
import fc from "fast-check";
import type { Op } from "../backend.ts";
import { AGAIN, HeldBackend, HeldClock, OK, op, turns } from "./_fake.ts";
import { reconciler } from "./reconciler.ts";

const KEYS = ["k0", "k1", "k2", "k3", "k4"];
const CONCURRENCY = 3;

/** One step: a batch of operations is given, one that runs ends, or time passes. */
type Step =
  | { readonly type: "submit"; readonly batch: readonly { key: string; after: string[] }[] }
  | { readonly type: "end"; readonly which: number; readonly fails: boolean }
  | { readonly type: "time" };

/** Histories; where `acyclic`, operations come only after ones of keys with lower names. */
function histories(acyclic: boolean): fc.Arbitrary<readonly Step[]> {
  const batchOp = fc.record({ key: fc.constantFrom(...KEYS), after: fc.subarray(KEYS) })
    .map(({ key, after }) => ({
      key,
      after: after.filter((other) => acyclic ? other < key : other !== key),
    }));
  return fc.array(
    fc.oneof(
      fc.record({
        type: fc.constant("submit" as const),
        batch: fc.array(batchOp, { minLength: 1, maxLength: 6 }),
      }),
      fc.record({ type: fc.constant("end" as const), which: fc.nat(9), fails: fc.boolean() }),
      fc.record({ type: fc.constant("time" as const) }),
    ),
    { maxLength: 40 },
  );
}

/** Plays histories and holds the laws of the reconciler against each start. */
class Player {
  /** The number of the newest operation that was given, by key. The number is the verb. */
  readonly asked = new Map<string, number>();
  /** The number of the newest operation that succeeded, by key. */
  readonly done = new Map<string, number>();
  /** The laws that were broken. Not thrown: a backend that throws is a failure like any other. */
  readonly #broken: string[] = [];
  readonly #acyclic: boolean;
  readonly #needs = new Map<number, ReadonlyMap<string, number>>();
  readonly #backend = new HeldBackend((op) => this.#checkStart(op));
  readonly #clock = new HeldClock();
  readonly #subject = reconciler({
    backend: this.#backend,
    concurrency: CONCURRENCY,
    now: this.#clock.now,
    setTimer: this.#clock.setTimer,
    backoff: (failures) => failures * 10,
  });
  #count = 0;

  constructor(acyclic: boolean) {
    this.#acyclic = acyclic;
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.type === "submit") await this.#submit(step.batch);
      else if (step.type === "end") await this.#end(step.which, step.fails);
      else await this.#clock.pass(20);
    }
  }

  /** Ends what runs with success until nothing is left, and checks that nothing is. */
  async finish(): Promise<void> {
    const settled = this.#subject.settled();
    await this.#endAll();
    await settled;
    while (this.#clock.size > 0) {
      await this.#clock.pass(100_000);
      await this.#endAll();
    }
    await this.#subject.idle();
    assert.deepEqual(this.#broken, []);
    const { pending, inFlight, retrying, failed, blocked } = this.#subject.status();
    assert.deepEqual([pending, inFlight, retrying, failed, blocked], [0, 0, [], [], []]);
  }

  async #submit(batch: readonly { key: string; after: string[] }[]): Promise<void> {
    const ops = batch.map(({ key, after }) => {
      const number = ++this.#count;
      this.#needs.set(number, new Map(after.map((other) => [other, this.asked.get(other) ?? 0])));
      this.asked.set(key, number);
      return op(key, String(number), ...after);
    });
    this.#subject.submit(ops);
    await turns();
  }

  async #end(which: number, fails: boolean): Promise<void> {
    const { running } = this.#backend;
    const call = running[which % running.length];
    if (call === undefined) return;
    if (!fails) this.done.set(call.op.key, Number(call.op.op));
    await call.end(fails ? AGAIN : OK);
  }

  async #endAll(): Promise<void> {
    while (this.#backend.running.length > 0) await this.#end(0, false);
  }

  #checkStart({ key, op }: Op): void {
    const keys = this.#backend.running.map((call) => call.op.key);
    const number = Number(op);
    if (keys.length > CONCURRENCY) this.#broken.push("more at a time than allowed");
    if (new Set(keys).size < keys.length) this.#broken.push("two of one key at a time");
    if (number <= (this.done.get(key) ?? 0)) this.#broken.push("an older one after a newer one");
    if (!this.#acyclic) return;
    for (const [other, atLeast] of this.#needs.get(number) ?? []) {
      if ((this.done.get(other) ?? 0) < atLeast) this.#broken.push("before one it comes after");
    }
  }
}

Deno.test.each([
  { acyclic: true, what: "in order per key, after what it names and within the bound" },
  { acyclic: false, what: "even where operations name each other in circles" },
])("any history with failures converges, $what", async ({ acyclic }) => {
  await fc.assert(fc.asyncProperty(histories(acyclic), async (steps) => {
    const player = new Player(acyclic);
    await player.play(steps);
    await player.finish();
    assert.deepEqual(player.done, player.asked);
  }));
});
