/**
 * One prober: asks every target, endpoints first so that their names are known, no faster than
 * allowed. What looks wrong is asked again by the view of that moment, because a view and the proxies
 * that follow it never change at the same instant. Needs `net`.
 *
 * @module
 */
import { addressOf, type PipelineState } from "../../core/mod.ts";
import { type Timers, waitAtMost } from "../timers.ts";
import { ask as askReal } from "./ask.ts";
import { type Dialect, DIALECTS } from "./dialects.ts";
import { directKey, judge, type Known } from "./judge.ts";
import type { Cell, Column, Sight, Target } from "./model.ts";
import { Pace } from "./pace.ts";
import { type Selection, type Targets, targetsOf, type Vantage } from "./targets.ts";

/** How a prober works. */
export interface ProberOptions {
  /** What it is called. */
  readonly from: string;
  /** The present state. */
  readonly state: () => PipelineState;
  /** Who it is. */
  readonly vantage: Vantage;
  /** How many questions it asks in a second, at most. */
  readonly rate: number;
  /** How long it waits for an answer, in milliseconds. */
  readonly timeoutMs: number;
  /** How long it waits before what looks wrong is asked again, in milliseconds. */
  readonly settleMs: number;
  /** Whether it only connects and asks for no name. */
  readonly silent: boolean;
  /** The clock. */
  readonly timers: Timers;
  /** Asks; tests give a fake. */
  readonly ask?: typeof askReal;
}

/** What a prober is asked to do. */
export interface Order extends Selection {
  /** How often each frontend is asked. */
  readonly times: number;
}

/** As many questions may wait for their answer. */
const CONCURRENCY = 16;
/** How often what looks wrong is asked again. */
const SECOND_LOOKS = 2;

/** A prober. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #pace: Pace;
  /** The dialect that a service port was found to understand. */
  readonly #dialects = new Map<string, Dialect>();

  /** A prober that has not asked anything yet. */
  constructor(options: ProberOptions) {
    this.#options = options;
    this.#pace = new Pace(options.rate, options.timers);
  }

  /** Asks everything once, and what looks wrong again. */
  async run(order: Order, signal: AbortSignal): Promise<Column> {
    const { from, settleMs, timers } = this.#options;
    let found = this.#targets(order);
    let cells = await this.#look(found.targets, order, signal);
    for (let look = 0; look < SECOND_LOOKS && !signal.aborted; look++) {
      if (!cells.some(({ mark }) => mark === "wrong")) break;
      await waitAtMost(settleMs, timers, signal);
      const before = new Map(cells.map((cell) => [cell.key, cell]));
      found = this.#targets(order);
      const again = found.targets.filter((target) => isDoubtful(before.get(target.key), target));
      const fresh = await this.#look(again, order, signal, before);
      const now = new Map(fresh.map((cell) => [cell.key, cell]));
      cells = found.targets.flatMap(({ key }) => now.get(key) ?? before.get(key) ?? []);
    }
    signal.throwIfAborted();
    return { from, cells, leftOut: found.leftOut };
  }

  #targets(order: Order): Targets {
    const { state, vantage } = this.#options;
    return targetsOf(state(), order, vantage);
  }

  async #look(
    targets: readonly Target[],
    { times }: Order,
    signal: AbortSignal,
    before: ReadonlyMap<string, Cell> = new Map(),
  ): Promise<readonly Cell[]> {
    const endpoints = targets.filter(({ kind }) => kind === "Endpoint");
    const frontends = targets.filter(({ kind }) => kind !== "Endpoint");
    const sights = new Map<string, readonly Sight[]>();
    await this.#each(endpoints, signal, async (target) => {
      sights.set(target.key, [await this.#ask(target, signal)]);
    });
    await this.#each(frontends, signal, async (target) => {
      const all: Sight[] = [];
      const enough = target.expected.answer === "nobody" ? 1 : times;
      while (all.length < enough && !signal.aborted) all.push(await this.#ask(target, signal));
      sights.set(target.key, all);
    });
    const old = [...before.values()].filter(({ key }) => !sights.has(key));
    const known = knownFrom([
      ...old,
      ...targets.map((target) => ({ ...target, sights: sights.get(target.key) ?? [] })),
    ]);
    return targets.map((target) => {
      const seen = sights.get(target.key) ?? [];
      return { ...target, sights: seen, ...judge(target, seen, known) };
    });
  }

  async #each(
    targets: readonly Target[],
    signal: AbortSignal,
    work: (target: Target) => Promise<void>,
  ): Promise<void> {
    const queue = targets.values();
    const worker = async (): Promise<void> => {
      for (const target of queue) {
        if (signal.aborted) return;
        await work(target);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  }

  /** Asks in the dialect that is known to be understood, else in one after the other. */
  async #ask(target: Target, signal: AbortSignal): Promise<Sight> {
    const { silent, timeoutMs, ask = askReal } = this.#options;
    const service = `${target.name}/${target.protocol}`;
    const known = this.#dialects.get(service);
    const spoken = DIALECTS.filter(({ protocol }) => protocol === target.protocol);
    const dialects = silent ? [null] : known !== undefined ? [known] : spoken;
    let best: Sight | null = null;
    for (const dialect of dialects) {
      await this.#pace.turn(signal);
      if (signal.aborted) break; // all who wait are let go at once: none of them may ask
      const sight = await ask(target, { dialect, timeoutMs, signal });
      if (sight.seen === "answered") {
        if (dialect !== null) this.#dialects.set(service, dialect);
        return sight;
      }
      best ??= sight;
      // Who does not even connect understands no other dialect either.
      if (target.protocol === "TCP" && !CONNECTED.has(sight.seen)) break;
    }
    this.#dialects.delete(service); // whoever answered to it may have gone
    return best ?? { seen: "failed", name: "there was no question to ask", ms: 0 };
  }
}

const CONNECTED: ReadonlySet<Sight["seen"]> = new Set(["answered", "open", "closed"]);

/** Whether a target must be asked again: it looked wrong, or the view says something else of it now. */
function isDoubtful(cell: Cell | undefined, target: Target): boolean {
  return cell === undefined || cell.mark === "wrong" ||
    JSON.stringify(cell.expected) !== JSON.stringify(target.expected);
}

/** What is known of the endpoints. */
function knownFrom(asked: readonly (Target & Pick<Cell, "sights">)[]): Known {
  const byName = new Map<string, Set<string>>();
  const direct = new Map<string, Sight>();
  for (const { kind, protocol, ip, port, sights: [sight] } of asked) {
    if (kind !== "Endpoint" || sight === undefined) continue;
    const endpoint = addressOf(ip, port);
    direct.set(directKey(protocol, endpoint), sight);
    if (sight.seen !== "answered" || sight.name === "") continue;
    byName.set(sight.name, (byName.get(sight.name) ?? new Set()).add(endpoint));
  }
  return { byName, direct };
}
