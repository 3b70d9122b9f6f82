/**
 * From a client's connection to one to an endpoint: several tries, each on another endpoint as long
 * as there are others, with growing time-outs and a deadline over all.
 *
 * @module
 */
import { sleep } from "./sleep.ts";
import type { BackendAddress, Balancer } from "./balancer.ts";
import type { Patience } from "./patience.ts";
import { codeOf, isShortage, SHORTAGES, type Sockets, type TcpStream } from "./sockets.ts";

/** How long each try may take, in milliseconds, as kube-proxy's userspace mode had it. */
export const DIAL_TIMEOUTS_MS: readonly number[] = [250, 500, 1000, 2000];

/**
 * Why a try failed. `refused`: the endpoint answered and does not want it. `timeout`: it did not
 * answer. `unreachable`: there is no way to it. `shortage`: this machine is out of descriptors,
 * memory or local ports. `other`: the log line has the error.
 */
export const DIAL_FAILURES = ["refused", "timeout", "unreachable", "shortage", "other"] as const;

/** Why a try failed. */
export type DialFailure = typeof DIAL_FAILURES[number];

/** What came of dialling. */
export type Dialled =
  | {
    /** There is a connection. */
    readonly ok: true;
    /** The connection. */
    readonly stream: TcpStream;
    /** Whom it leads to; the connection counts as one of its active ones, until the taker ends it. */
    readonly backend: BackendAddress;
  }
  | {
    /** There is none. */
    readonly ok: false;
    /** Nobody to dial, nobody who answers, or told to stop. */
    readonly why: "no-endpoints" | "dial-failed" | "stopped";
  };

/** What a dial needs to know. */
export interface DialOptions {
  /** Who chooses. */
  readonly balancer: Balancer;
  /** The platform's sockets. */
  readonly sockets: Sockets;
  /** How long each try may take, in milliseconds; their sum is the deadline. */
  readonly timeouts: readonly number[];
  /** Who says when a try has taken too long. */
  readonly patience: Patience;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Is told each failed try, while `failing` of the endpoint still tells of the one before. */
  readonly onFailure: (backend: BackendAddress, why: DialFailure, error: unknown) => void;
}

const NOBODY: ReadonlySet<string> = new Set();

/** One connection's way to an endpoint. */
export class Dial {
  readonly #options: DialOptions;
  readonly #client: string;
  /** The endpoints that failed, by address. Made on the first failure: most dials have none. */
  #failed: Map<string, DialFailure> | null = null;
  #trying: AbortController | null = null;
  #stopped = false;

  /** Prepares to dial for a client, given by its IP. */
  constructor(options: DialOptions, client: string) {
    this.#options = options;
    this.#client = client;
  }

  /** Dials until somebody answers, nobody is left, or the time is over. Never rejects. */
  async run(): Promise<Dialled> {
    const { timeouts, now } = this.#options;
    let leftMs = timeouts.reduce((sum, ms) => sum + ms, 0);
    let step = 0;
    while (!this.#stopped) {
      const backend = this.#pick();
      if (backend === null) {
        return { ok: false, why: this.#failed === null ? "no-endpoints" : "dial-failed" };
      }
      const ms = Math.min(timeouts[step] ?? 0, leftMs);
      if (ms <= 0) return { ok: false, why: "dial-failed" };
      const startedAt = now();
      const tried = await this.#try(backend, ms);
      if (typeof tried !== "string") {
        backend.failing = false;
        return { ok: true, stream: tried, backend };
      }
      (this.#failed ??= new Map()).set(backend.address, tried);
      // No try costs more than its share, however long this thread stood still.
      leftMs -= Math.min(ms, now() - startedAt);
      // Who refuses at once costs no time, and the next endpoint gets its full share of it.
      if (tried === "timeout" || tried === "shortage") step++;
    }
    return { ok: false, why: "stopped" };
  }

  /** Gives up, at once. */
  stop(): void {
    this.#stopped = true;
    this.#trying?.abort();
  }

  /** An endpoint that was not tried yet, else one that might only have needed more time. */
  #pick(): BackendAddress | null {
    const { balancer } = this.#options;
    const client = this.#client;
    const failed = this.#failed;
    if (failed === null) return balancer.pick(client, NOBODY);
    const fresh = balancer.pick(client, failed);
    if (fresh !== null) return fresh;
    for (const [address, why] of failed) {
      if (why === "timeout" || why === "shortage") failed.delete(address);
    }
    return balancer.pick(client, failed);
  }

  async #try(backend: BackendAddress, ms: number): Promise<TcpStream | DialFailure> {
    const { sockets, patience, onFailure } = this.#options;
    const trying = this.#trying = new AbortController();
    let late = false;
    // From now on, so that a burst of clients sees where the ones before are going.
    backend.active++;
    const cancel = patience.after(ms, () => {
      late = true;
      trying.abort();
    });
    try {
      return await sockets.connect(backend.ip, backend.port, trying.signal);
    } catch (error) {
      backend.active--;
      const why = late ? "timeout" : failureOf(error);
      if (!this.#stopped) {
        onFailure(backend, why, error);
        backend.failing = true;
      }
      // Another endpoint would not help: wait for others to give something back.
      if (why === "shortage") await sleep(ms, trying.signal);
      return why;
    } finally {
      cancel();
      this.#trying = null;
    }
  }
}

/** Sorts a failure of the platform. */
export function failureOf(error: unknown): DialFailure {
  return isShortage(error) ? "shortage" : failureOfCode(codeOf(error));
}

/** Sorts a failure by its stable code. */
export function failureOfCode(code: string): DialFailure {
  if (SHORTAGES.includes(code)) return "shortage";
  switch (code) {
    case "ECONNREFUSED":
    case "ECONNRESET":
    case "ECONNABORTED":
      return "refused";
    case "ETIMEDOUT":
      return "timeout";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
    case "ENETDOWN":
      return "unreachable";
    default:
      return "other";
  }
}
