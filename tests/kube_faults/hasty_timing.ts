/**
 * A clock for tests in which back-off takes no time, and in which a deadline comes only when the test
 * says so. With these dice a back-off is never a whole number of seconds, and deadlines always are.
 *
 * @module
 */
import type { Timing } from "../../proto/mod.ts";

interface Alarm {
  readonly at: number;
  readonly ms: number;
  readonly ring: () => void;
}

/** A clock that jumps over waits. */
export class HastyTiming implements Timing {
  #now = 0;
  #waits: Alarm[] = [];
  /** One for each wait; whichever comes first rings the wait that ends first. */
  readonly #turns: ReturnType<typeof setTimeout>[] = [];
  #deadlines: Alarm[] = [];

  /** The time to which waits and deadlines have moved the clock. */
  now(): number {
    return this.#now;
  }

  /** Always nearly nothing: a back-off of 800 ms becomes 801 ms. */
  random(): number {
    return 0.001;
  }

  /** Sets an alarm. */
  after(ms: number, then: () => void): () => void {
    const alarm = { at: this.#now + ms, ms, ring: then };
    const isDeadline = ms % 1000 === 0;
    if (isDeadline) this.#deadlines.push(alarm);
    else {
      this.#waits.push(alarm);
      this.#turns.push(setTimeout(() => this.#jump(), 0));
    }
    return () => {
      if (this.#waits.includes(alarm)) clearTimeout(this.#turns.pop());
      this.#waits = this.#waits.filter((each) => each !== alarm);
      this.#deadlines = this.#deadlines.filter((each) => each !== alarm);
    };
  }

  /** Lets every deadline of so many milliseconds pass that is set now. */
  pass(ms: number): void {
    const due = this.#deadlines.filter((each) => each.ms === ms);
    for (const { at, ring } of due) {
      this.#now = Math.max(this.#now, at);
      ring();
    }
    this.#deadlines = this.#deadlines.filter((each) => !due.includes(each));
  }

  /** Goes on to the wait that ends first. */
  #jump(): void {
    this.#turns.shift();
    const next = this.#waits.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    this.#waits = this.#waits.filter((each) => each !== next);
    this.#now = Math.max(this.#now, next.at);
    next.ring();
  }
}
