/**
 * Whether something that is sampled stays flat: the statistic by which the soak judges memory.
 *
 * It is the Theil-Sen slope, the median of the slopes between all pairs of samples, over those after
 * the warm-up. Unlike a fitted line it is not bent by a few samples that a collection of garbage, or
 * a scenario with many pods, has made high. What grows by it over the time that was looked at must
 * stay below an allowance for the noise, and its pace below a bound.
 *
 * @module
 */

/** One look at something. */
export interface Sample {
  /** When, in minutes after the start. */
  readonly atMinutes: number;
  /** How much of it there was. */
  readonly value: number;
}

/** What may grow, and how much. */
export interface Bound {
  /** The pace that is flat enough, per minute. */
  readonly perMinute: number;
  /** Growth over the whole time that is put down to noise. */
  readonly noise: number;
}

/** What came of it. */
export interface Flatness {
  /** The median slope, per minute. */
  readonly perMinute: number;
  /** What that makes over the time looked at. */
  readonly growth: number;
  /** Whether that is flat. */
  readonly flat: boolean;
}

/** Judges samples, of which the first third is the warm-up. */
export function flatnessOf(samples: readonly Sample[], bound: Bound): Flatness {
  const settled = samples.slice(Math.ceil(samples.length / 3));
  const perMinute = medianSlope(settled);
  const [first] = settled;
  const last = settled.at(-1);
  const minutes = first === undefined || last === undefined ? 0 : last.atMinutes - first.atMinutes;
  const growth = perMinute * minutes;
  return { perMinute, growth, flat: perMinute <= bound.perMinute || growth <= bound.noise };
}

function medianSlope(samples: readonly Sample[]): number {
  const slopes = samples.flatMap((later, index) =>
    samples.slice(0, index).map((earlier) =>
      (later.value - earlier.value) / (later.atMinutes - earlier.atMinutes)
    )
  ).sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}

/**
 * The least of each span of time: what swings with the work, and with the garbage, comes down to what
 * is kept, and a leak raises it.
 */
export function floorsOf(samples: readonly Sample[], spanMinutes: number): readonly Sample[] {
  const spans = Map.groupBy(samples, ({ atMinutes }) => Math.floor(atMinutes / spanMinutes));
  return [...spans.values()].flatMap(([first, ...rest]) =>
    first === undefined
      ? []
      : [rest.reduce((least, each) => each.value < least.value ? each : least, first)]
  );
}
