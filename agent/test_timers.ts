/**
 * A clock that a test moves by hand.
 *
 * @module
 */
import type { Timers } from "./timers.ts";

interface Alarm {
  readonly at: number;
  readonly call: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeTimers implements Timers {
  #now = 0;
  #alarms: Alarm[] = [];

  /** Milliseconds since the clock was made. */
  now(): number {
    return this.#now;
  }

  /** Calls once when the clock has gone on so far. */
  after(ms: number, call: () => void): () => void {
    const alarm = { at: this.#now + ms, call };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((each) => each !== alarm);
    };
  }

  /** How many alarms are set. */
  get waiting(): number {
    return this.#alarms.length;
  }

  /** Lets time pass, alarm by alarm, and what each sets off run as far as it can. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const alarm = next;
      this.#alarms = this.#alarms.filter((each) => each !== alarm);
      this.#now = alarm.at;
      alarm.call();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Alarm | undefined {
    return this.#alarms.filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
