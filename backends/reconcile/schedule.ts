/**
 * Which operation may run when: per-key order, replacement of what waits, and `after`. A synchronous
 * book-keeper without clock, queue or effect; the reconciler drives it.
 *
 * @module
 */
import type { Op } from "../backend.ts";

/**
 * Where a task stands. `waiting` for others, `ready` to run, `running`, `retrying` after a failure
 * that time may cure, `failed` until a newer operation of its key comes, `over` when it succeeded or
 * was superseded.
 */
export type TaskState = "waiting" | "ready" | "running" | "retrying" | "failed" | "over";

/** One operation on its way. Only the schedule changes it. */
export interface Task<O extends Op> {
  /** The operation. */
  readonly op: O;
  /** Where it stands. */
  state: TaskState;
  /** How often it was tried. */
  attempts: number;
  /** Why it failed last, `""` if it never did. */
  error: string;
  /** When it is tried again; holds while `retrying`. */
  nextAt: number;
  /** The tasks that must succeed first. */
  readonly waitsFor: Set<Task<O>>;
  /** The tasks that wait for this one. */
  readonly dependants: Set<Task<O>>;
  /** When, counted in activations, it became able to make progress; 0 while it cannot. */
  activeSince: number;
}

interface Lane<O extends Op> {
  running: Task<O> | null;
  /** The newest operation of the key: not started yet, or failed and not replaced. */
  next: Task<O> | null;
}

interface Watcher {
  readonly upTo: number;
  left: number;
  readonly resolve: () => void;
}

/** The operations that are not over, by key. */
export class Schedule<O extends Op> {
  readonly #lanes = new Map<string, Lane<O>>();
  /** Tasks whose obstacles may just have gone; {@linkcode takeReady} looks at these only. */
  readonly #freed = new Set<Task<O>>();
  readonly #watchers = new Set<Watcher>();
  #activations = 0;
  #active = 0;

  /** How many tasks make progress by themselves: they run, may run, or wait for such. */
  get active(): number {
    return this.#active;
  }

  /** Every task that is not over. */
  *tasks(): Generator<Task<O>> {
    for (const lane of this.#lanes.values()) {
      if (lane.running !== null) yield lane.running;
      if (lane.next !== null) yield lane.next;
    }
  }

  /**
   * Takes the newest operation of a key. It waits for the newest unfinished operation of each key in
   * `after`; what waited under its own key is over, and is handed back.
   */
  offer(op: O): { readonly task: Task<O>; readonly superseded: Task<O> | null } {
    const task: Task<O> = {
      op,
      state: "waiting",
      attempts: 0,
      error: "",
      nextAt: 0,
      waitsFor: new Set(),
      dependants: new Set(),
      activeSince: 0,
    };
    for (const key of op.after) {
      const lane = key === op.key ? undefined : this.#lanes.get(key);
      const first = lane?.next ?? lane?.running;
      if (first) link(task, first);
    }
    const lane = this.#laneOf(op.key);
    const superseded = lane.next;
    lane.next = task;
    this.#reckon(task);
    if (superseded !== null) this.#supersede(superseded, task);
    return { task, superseded };
  }

  /** The tasks that may run now and have not been handed out yet; marks them `ready`. */
  takeReady(): readonly Task<O>[] {
    const ready = [...this.#freed].filter((task) =>
      task.state === "waiting" && task.waitsFor.size === 0 &&
      this.#laneOf(task.op.key).running === null
    );
    this.#freed.clear();
    for (const task of ready) task.state = "ready";
    return ready;
  }

  /** Marks a `ready` task as running. */
  start(task: Task<O>): void {
    const lane = this.#laneOf(task.op.key);
    lane.next = null;
    lane.running = task;
    task.state = "running";
    task.attempts++;
  }

  /** Marks a running task as over, which frees its key and its dependants. */
  finish(task: Task<O>): void {
    const lane = this.#laneOf(task.op.key);
    lane.running = null;
    if (lane.next === null) this.#lanes.delete(task.op.key);
    else this.#freed.add(lane.next);
    this.#end(task);
  }

  /**
   * Marks a running task as failed. If a newer operation of the key has come, that one takes over
   * at once; else the task stays, as `retrying` or as `failed`.
   */
  fail(task: Task<O>, error: string, retry: boolean): void {
    const lane = this.#laneOf(task.op.key);
    lane.running = null;
    task.error = error;
    if (lane.next !== null) {
      this.#freed.add(lane.next);
      this.#supersede(task, lane.next);
      return;
    }
    lane.next = task;
    task.state = retry ? "retrying" : "failed";
    this.#reckon(task);
  }

  /** Lets a `retrying` task run again. */
  retry(task: Task<O>): void {
    task.state = "waiting";
    this.#reckon(task);
  }

  /** Ends what does not run and has such a key; hands it back. */
  drop(isObsolete: (key: string) => boolean): readonly Task<O>[] {
    const dropped: Task<O>[] = [];
    for (const [key, lane] of this.#lanes) {
      const { next } = lane;
      if (next === null || !isObsolete(key)) continue;
      lane.next = null;
      if (lane.running === null) this.#lanes.delete(key);
      for (const first of next.waitsFor) first.dependants.delete(next);
      next.waitsFor.clear();
      this.#end(next);
      dropped.push(next);
    }
    return dropped;
  }

  /** Ends everything that does not run. */
  clear(): void {
    for (const [key, lane] of this.#lanes) {
      const { next } = lane;
      lane.next = null;
      if (lane.running === null) this.#lanes.delete(key);
      if (next !== null) this.#end(next);
    }
    this.#freed.clear();
  }

  /**
   * Resolves when every task that now makes progress is over or no longer does: it failed, or waits
   * for one that did.
   */
  settled(): Promise<void> {
    if (this.#active === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watchers.add({ upTo: this.#activations, left: this.#active, resolve });
    return promise;
  }

  #laneOf(key: string): Lane<O> {
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, lane = { running: null, next: null });
    return lane;
  }

  /** The newer task inherits who waited for the older one, which is over. */
  #supersede(older: Task<O>, newer: Task<O>): void {
    for (const first of older.waitsFor) first.dependants.delete(older);
    older.waitsFor.clear();
    // If the newer one waits for such a dependant, to inherit it would mean to wait in a circle for
    // ever. Then the newer wish counts, and the dependant is freed.
    if (older.dependants.size > 0 && !reaches(newer, older.dependants)) {
      for (const dependant of older.dependants) {
        dependant.waitsFor.delete(older);
        link(dependant, newer);
        this.#reckon(dependant);
      }
      older.dependants.clear();
    }
    this.#end(older);
  }

  #end(task: Task<O>): void {
    task.state = "over";
    this.#deactivate(task);
    for (const dependant of task.dependants) {
      dependant.waitsFor.delete(task);
      this.#reckon(dependant);
    }
    task.dependants.clear();
  }

  /** Finds out anew whether the task makes progress, and tells those who wait for it. */
  #reckon(task: Task<O>): void {
    if (task.state === "over") return;
    if (task.state === "waiting") this.#freed.add(task);
    const stalled = task.state === "retrying" || task.state === "failed" ||
      task.waitsFor.values().some((first) => first.activeSince === 0);
    if (stalled === (task.activeSince === 0)) return;
    if (stalled) {
      this.#deactivate(task);
    } else {
      task.activeSince = ++this.#activations;
      this.#active++;
    }
    for (const dependant of task.dependants) this.#reckon(dependant);
  }

  #deactivate(task: Task<O>): void {
    if (task.activeSince === 0) return;
    for (const watcher of this.#watchers) {
      if (task.activeSince > watcher.upTo || --watcher.left > 0) continue;
      this.#watchers.delete(watcher);
      watcher.resolve();
    }
    task.activeSince = 0;
    this.#active--;
  }
}

function link<O extends Op>(task: Task<O>, first: Task<O>): void {
  task.waitsFor.add(first);
  first.dependants.add(task);
}

/** Whether the task waits, at any remove, for one of the targets. */
function reaches<O extends Op>(task: Task<O>, targets: ReadonlySet<Task<O>>): boolean {
  const seen = new Set<Task<O>>();
  const todo = [task];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (targets.has(at)) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    todo.push(...at.waitsFor);
  }
  return false;
}
