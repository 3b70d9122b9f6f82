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
  /** Gets all service ports but those that are chosen; may have an observer. */
  readonly main: Backend<A, SA>;
  /** Gets the chosen ones; has no observer. */
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
  const observer: Observer<CompositeOp<A, B>, CompositeState<SA, SB>> | undefined = main.observer &&
    {
      async observe(signal): Promise<Observation<CompositeOp<A, B>, CompositeState<SA, SB>>> {
        const seen = await main.observer?.observe(signal);
        if (seen === undefined || !seen.ok) {
          return { ok: false, error: seen?.error ?? `${main.name} cannot look` };
        }
        const prefix = keyIn("main", "");
        return {
          ok: true,
          covers: (key) =>
            key.startsWith(prefix) && (seen.covers?.(key.slice(prefix.length)) ?? true),
          plan(state) {
            const plan = seen.plan(state.main);
            return { ...plan, ops: plan.ops.map(ofMain), state: { ...state, main: plan.state } };
          },
        };
      },
      watch: (listener) => main.observer?.watch(listener) ?? (() => {}),
    };
  return {
    name: main.name,
    initial: { main: main.initial, beside: beside.initial },
    ...(main.concurrency === undefined ? {} : { concurrency: main.concurrency }),
    ...(observer === undefined ? {} : { observer }),
    plan(changes, state): Plan<CompositeOp<A, B>, CompositeState<SA, SB>> {
      const split = splitChanges(changes, isBeside);
      const first = main.plan(split.main, state.main);
      const second = beside.plan(split.beside, state.beside);
      return {
        ops: [...first.ops.map(ofMain), ...second.ops.map(ofBeside)],
        state: { main: first.state, beside: second.state },
        waits: [...first.waits ?? [], ...second.waits ?? []],
      };
    },
    apply(op, signal) {
      return op.part === "main" ? main.apply(op.inner, signal) : beside.apply(op.inner, signal);
    },
    async close(signal) {
      await Promise.all([main.close(signal), beside.close(signal)]);
    },
  };
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
