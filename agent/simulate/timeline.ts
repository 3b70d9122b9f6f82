/**
 * Which endpoints each front end of a service was allowed to use, and when. A sync takes time: from
 * the moment its view is computed until its operations are carried out, the old set and the new one
 * both count, for nobody can say from outside which of them a connection has met.
 *
 * @module
 */

interface Span {
  readonly endpoints: ReadonlySet<string>;
  readonly from: number;
  /** When the set that came after was in force, `Infinity` for the newest. */
  until: number;
}

/** A view that changes a set. */
export interface SetChange {
  /** The front end: whatever text the caller uses for it. */
  readonly key: string;
  /** Its endpoints from now on, `ip:port`. */
  readonly endpoints: Iterable<string>;
  /** When the view was computed. */
  readonly computedAt: number;
}

/** The history of allowed endpoints, front end by front end. Times are those of one clock. */
export class AllowedTimeline {
  readonly #spans = new Map<string, Span[]>();

  /** A set has been computed. The ones before it count on, until it is in force. */
  begin({ key, endpoints, computedAt }: SetChange): void {
    const spans = this.#spans.get(key) ?? [];
    spans.push({ endpoints: new Set(endpoints), from: computedAt, until: Infinity });
    this.#spans.set(key, spans);
  }

  /** The newest set is in force, and it alone from that moment. */
  settle(key: string, appliedAt: number): void {
    for (const span of this.#spans.get(key)?.slice(0, -1) ?? []) {
      span.until = Math.min(span.until, appliedAt);
    }
  }

  /** Whether the endpoint was allowed at some moment of the interval. */
  allowed(key: string, endpoint: string, from: number, to: number): boolean {
    return this.#spans.get(key)?.some((span) =>
      span.from <= to && span.until >= from && span.endpoints.has(endpoint)
    ) ?? false;
  }

  /** Whether the endpoint was allowed at every moment of the interval. */
  allowedThroughout(key: string, endpoint: string, from: number, to: number): boolean {
    const spans = this.#spans.get(key)?.filter((span) => span.from <= to && span.until >= from);
    return spans !== undefined && spans.length > 0 &&
      spans.every((span) => span.endpoints.has(endpoint));
  }

  /** What is allowed now. */
  newest(key: string): ReadonlySet<string> {
    return this.#spans.get(key)?.at(-1)?.endpoints ?? NOTHING;
  }

  /** Drops what ended before that moment: no question about it can come any more. */
  forgetBefore(moment: number): void {
    for (const [key, spans] of this.#spans) {
      this.#spans.set(key, spans.filter((span) => span.until >= moment));
    }
  }

  /** How many sets are remembered, for a test that memory is given back. */
  get size(): number {
    return this.#spans.values().reduce((sum, spans) => sum + spans.length, 0);
  }
}

const NOTHING: ReadonlySet<string> = new Set();
