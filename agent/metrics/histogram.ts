/**
 * How often values fell under each of a row of limits.
 *
 * @module
 */
import { numberText, sampleLine } from "./text_format.ts";

/** One histogram, without its name and labels. */
export class Histogram {
  readonly #limits: readonly number[];
  /** How many values lie between each limit and the one before it; the last place has no limit. */
  readonly #counts: number[];
  #sum = 0;

  /** Makes an empty histogram; the limits must grow. */
  constructor(limits: readonly number[]) {
    this.#limits = limits;
    this.#counts = new Array<number>(limits.length + 1).fill(0);
  }

  /** Puts a value in. One that equals a limit lies under it. */
  observe(value: number): void {
    const place = this.#limits.findIndex((limit) => value <= limit);
    const index = place < 0 ? this.#limits.length : place;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  /** Its lines in the text format: buckets that add up, then sum and count. */
  lines(name: string, labels: readonly string[]): string {
    let text = "";
    let count = 0;
    this.#counts.forEach((here, index) => {
      count += here;
      const limit = numberText(this.#limits[index] ?? Infinity);
      text += sampleLine(`${name}_bucket`, [...labels, "le", limit], count);
    });
    return text + sampleLine(`${name}_sum`, labels, this.#sum) +
      sampleLine(`${name}_count`, labels, count);
  }
}
