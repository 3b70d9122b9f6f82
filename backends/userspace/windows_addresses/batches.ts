/**
 * Gathers requests for single addresses into batches, one batch at a time: what is asked while one is
 * carried out makes the next. Cheap where a look at the machine or a process is the costly part.
 *
 * @module
 */
import type { ApplyResult } from "../../backend.ts";

/** What is asked for; `restore` is an `assign` of what was ours already. */
export type Verb = "assign" | "release" | "restore";

/** Carries a batch out, and answers for each address of it. Never rejects. */
export type CarryOut = (
  verb: Verb,
  ips: readonly string[],
) => Promise<ReadonlyMap<string, ApplyResult>>;

interface Request {
  readonly verb: Verb;
  readonly ip: string;
  readonly done: (result: ApplyResult) => void;
}

/** Gathers requests. */
export class Batches {
  readonly #carryOut: CarryOut;
  #waiting: Request[] = [];
  #running: Promise<void> | null = null;

  /** Hands batches to this function. */
  constructor(carryOut: CarryOut) {
    this.#carryOut = carryOut;
  }

  /** Asks for one address. */
  ask(verb: Verb, ip: string): Promise<ApplyResult> {
    return new Promise((done) => {
      this.#waiting.push({ verb, ip, done });
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // for those who ask in the same turn
    while (this.#waiting.length > 0) {
      const verb = this.#waiting[0]?.verb ?? "assign";
      const other = this.#waiting.findIndex((each) => each.verb !== verb);
      const batch = this.#waiting.splice(0, other === -1 ? this.#waiting.length : other);
      const results = await this.#carryOut(verb, [...new Set(batch.map(({ ip }) => ip))]);
      for (const { ip, done } of batch) done(results.get(ip) ?? { ok: true });
    }
    this.#running = null;
  }
}
