/**
 * Waits until addresses can be bound: Windows first asks the link whether somebody else has them
 * (duplicate address detection), for up to three seconds. All that wait share one look at a time.
 *
 * @module
 */
import type { ApplyResult } from "../../backend.ts";
import type { SetTimer } from "../flow_sweep.ts";
import { messageOf } from "../sockets.ts";
import type { Look, WindowsAddress } from "./way.ts";

/** What the waiting needs. */
export interface ReadinessOptions {
  /** Looks at the machine. */
  readonly look: () => Promise<Look>;
  /** Whether a socket can be bound to the address now; asked where the look does not tell. */
  readonly canBind: (ip: string) => boolean;
  /** How long to wait at most, in milliseconds. */
  readonly waitMs: number;
  /** Sets a timer. */
  readonly setTimer: SetTimer;
}

/** How long from one look to the next. */
const LOOK_MS = 200;

/** What came of waiting. */
export type Ready =
  | {
    /** It can be bound. */
    readonly ok: true;
  }
  | Extract<ApplyResult, { readonly ok: false }> & {
    /** Whether another machine has the address. */
    readonly duplicate: boolean;
  };

interface Waiter {
  readonly ip: string;
  readonly done: (result: Ready) => void;
  looks: number;
}

type Verdict = "ready" | "duplicate" | "not yet";

/** Waits until addresses can be bound. */
export class Readiness {
  readonly #options: ReadinessOptions;
  #waiting: Waiter[] = [];
  #looking = false;

  /** Makes one; nothing happens before somebody waits. */
  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Waits for one address, or until the signal aborts. */
  wait(ip: string, signal: AbortSignal): Promise<Ready> {
    return new Promise((resolve) => {
      const end = () => waiter.done(late(`Stopped waiting until ${ip} can be bound`));
      const waiter: Waiter = {
        ip,
        looks: 0,
        done: (result) => {
          signal.removeEventListener("abort", end);
          this.#waiting = this.#waiting.filter((each) => each !== waiter);
          resolve(result);
        },
      };
      signal.addEventListener("abort", end, { once: true });
      this.#waiting.push(waiter);
      if (signal.aborted) return end();
      if (this.#looking) return;
      this.#looking = true;
      void Promise.resolve().then(() => this.#look()); // #look() never rejects
    });
  }

  async #look(): Promise<void> {
    let addresses: ReadonlyMap<string, WindowsAddress> = new Map();
    let trouble = "it is not on the interface";
    try {
      addresses = new Map((await this.#options.look()).addresses.map((each) => [each.ip, each]));
    } catch (error) {
      trouble = messageOf(error);
    }
    for (const waiter of this.#waiting) this.#judge(waiter, addresses.get(waiter.ip), trouble);
    this.#looking = this.#waiting.length > 0;
    if (this.#looking) this.#options.setTimer(() => void this.#look(), LOOK_MS);
  }

  #judge(waiter: Waiter, address: WindowsAddress | undefined, trouble: string): void {
    const { ip } = waiter;
    switch (address === undefined ? "not yet" : this.#verdictOn(address)) {
      case "ready":
        return waiter.done({ ok: true });
      case "duplicate":
        return waiter.done(late(
          `Cannot use ${ip}: another machine on the link of interface "${address?.interfaceName}" ` +
            "has it; take it off there, or give another interface by --interface",
          true,
        ));
      case "not yet": {
        const { waitMs } = this.#options;
        if (++waiter.looks * LOOK_MS <= waitMs) return;
        const met = address === undefined ? trouble : `it is ${address.state}`;
        return waiter.done(late(
          `Cannot use ${ip}: after ${waitMs} ms ${met}; "Get-NetIPAddress -IPAddress ${ip}" shows it`,
        ));
      }
    }
  }

  #verdictOn({ ip, state }: WindowsAddress): Verdict {
    switch (state) {
      case "preferred":
      case "deprecated":
        return "ready";
      case "duplicate":
        return "duplicate";
      case "unknown":
        return this.#options.canBind(ip) ? "ready" : "not yet";
      default:
        return "not yet";
    }
  }
}

function late(error: string, duplicate = false): Ready {
  return { ok: false, error, retry: true, duplicate };
}
