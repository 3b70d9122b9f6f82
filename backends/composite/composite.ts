/**
 * Two backends side by side: each service port goes to one of them. One plan splits the changes, and
 * the operations keep their own keys under the name of their backend.
 *
 * @module
 */
import type { Change, ServicePortView } from "../../core/mod.ts";
import type { Backend, Observation, Observer, Op, Plan } from "../backend.ts";

/** Which of the two backends something belongs to. */
export type Part = "main" | "beside";

/** An operation of one of two backends. */
export type CompositeOp<A extends Op, B extends Op> =
  | Op & {
    /** Whose it is. */
    readonly part: "main";
    /** The operation. */
    readonly inner: A;
  }
  | Op & {
    /** Whose it is. */
    readonly part: "beside";
    /** The operation. */
    readonly inner: B;
  };

/** The states of two backends. */
export interface CompositeState<SA, SB> {
  /** The main one's. */
  readonly main: SA;
  /** The other one's. */
  readonly beside: SB;
}

/** What two backends are put together from. */
export interface CompositeOptions<A extends Op, SA, B extends Op, SB> {
  /** Gets all service ports but those that are chosen. */
  readonly main: Backend<A, SA>;
  /** Gets the chosen ones. */
  readonly beside: Backend<B, SB>;
  /** Whether a service port goes to the other backend. Pure. */
  readonly isBeside: (entry: ServicePortView) => boolean;
}

/** Puts two backends together. */
export function compositeBackend<A extends Op, SA, B extends Op, SB>(
  { main, beside, isBeside }: CompositeOptions<A, SA, B, SB>,
): Backend<CompositeOp<A, B>, CompositeState<SA, SB>> {
  const keyIn = (part: Part, key: string) => `${part === "main" ? main.name : beside.name}/${key}`;
  const framed = (part: Part, { op, key, after, because }: Op): Op => ({
    op,
    key: keyIn(part, key),
    after: after.map((each) => keyIn(part, each)),
    because,
  });
  const ofMain = (inner: A): CompositeOp<A, B> => ({
    ...framed("main", inner),
    part: "main",
    inner,
  });
  const ofBeside = (inner: B): CompositeOp<A, B> => ({
    ...framed("beside", inner),
    part: "beside",
    inner,
  });
  const merged = (
    first: Plan<A, SA>,
    second: Plan<B, SB>,
  ): Plan<CompositeOp<A, B>, CompositeState<SA, SB>> => ({
    ops: [...first.ops.map(ofMain), ...second.ops.map(ofBeside)],
    state: { main: first.state, beside: second.state },
    waits: [...first.waits ?? [], ...second.waits ?? []],
  });
  /** A part that cannot be asked is never seen: its operations and its state stay as they are. */
  const observer: Observer<CompositeOp<A, B>, CompositeState<SA, SB>> = {
    async observe(signal): Promise<Observation<CompositeOp<A, B>, CompositeState<SA, SB>>> {
      const [first, second] = await Promise.all([
        main.observer?.observe(signal),
        beside.observer?.observe(signal),
      ]);
      if (first?.ok === false) return first;
      if (second?.ok === false) return second;
      return {
        ok: true,
        covers: (key) =>
          covers(first, keyIn("main", ""), key) || covers(second, keyIn("beside", ""), key),
        plan: (state) =>
          merged(
            first?.plan(state.main) ?? { ops: [], state: state.main },
            second?.plan(state.beside) ?? { ops: [], state: state.beside },
          ),
      };
    },
    watch(listener) {
      const ends = [main.observer?.watch(listener), beside.observer?.watch(listener)];
      return () => ends.forEach((end) => end?.());
    },
  };
  return {
    name: main.name,
    initial: { main: main.initial, beside: beside.initial },
    ...(main.concurrency === undefined ? {} : { concurrency: main.concurrency }),
    ...(main.observer === undefined && beside.observer === undefined ? {} : { observer }),
    plan(changes, state) {
      const split = splitChanges(changes, isBeside);
      return merged(main.plan(split.main, state.main), beside.plan(split.beside, state.beside));
    },
    apply(op, signal) {
      return op.part === "main" ? main.apply(op.inner, signal) : beside.apply(op.inner, signal);
    },
    async close(signal) {
      await Promise.all([main.close(signal), beside.close(signal)]);
    },
  };
}

/** Whether what a part has seen answers for an operation, given by its key with the part's name. */
function covers(
  seen: { readonly covers?: (key: string) => boolean } | undefined,
  prefix: string,
  key: string,
): boolean {
  if (seen === undefined || !key.startsWith(prefix)) return false;
  return seen.covers?.(key.slice(prefix.length)) ?? true;
}

/** Splits changes; a service port that moves goes from one backend and comes to the other. */
export function splitChanges(
  changes: readonly Change[],
  isBeside: (entry: ServicePortView) => boolean,
): Readonly<Record<Part, readonly Change[]>> {
  const split: Record<Part, Change[]> = { main: [], beside: [] };
  const partOf = (entry: ServicePortView): Part => isBeside(entry) ? "beside" : "main";
  for (const change of changes) {
    if (change.type === "update" && partOf(change.before) !== partOf(change.now)) {
      const { key, before, now } = change;
      split[partOf(before)].push({ type: "remove", key, before });
      split[partOf(now)].push({ type: "add", key, now });
    } else {
      split[partOf(change.type === "remove" ? change.before : change.now)].push(change);
    }
  }
  return split;
}
