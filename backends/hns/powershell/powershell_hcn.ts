/**
 * The functions of HNS, called by a PowerShell host that lives as long as the transport. It is started
 * with the first call, and again after it has ended, later and later while it keeps ending.
 *
 * @module
 */
import type { Logger } from "../../../core/mod.ts";
import { backoff } from "../../reconcile/mod.ts";
import { type HcnAnswer, type HcnApi, type HcnCall, LOCAL_HRESULTS } from "../hcn/calls.ts";
import { failure, Host, type HostLimits } from "./host.ts";
import type { StartHost } from "./host_process.ts";

/** What the caller of PowerShell needs of the world. */
export interface PowershellWorld {
  /** Starts the host. */
  readonly start: StartHost;
  /** How long the host may take. */
  readonly limits: HostLimits;
  /** The time in milliseconds. */
  readonly now: () => number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** Where to write what happens. */
  readonly log: Logger;
}

/** Calls the functions of HNS by PowerShell. */
export class PowershellHcn implements HcnApi {
  readonly name = "powershell";
  readonly concurrency = 1; // the host does one after the other
  readonly #world: PowershellWorld;
  /** The host, once it is ready; or why there is none. */
  #host: Promise<Host | string> | null = null;
  #failures = 0;
  #notBefore = 0;
  #lastEnd = "";
  #closed = false;

  /** Nothing is started yet. */
  constructor(world: PowershellWorld) {
    this.#world = world;
  }

  async call(call: HcnCall): Promise<HcnAnswer> {
    if (this.#closed) return failure(LOCAL_HRESULTS.hostEnded, "the transport is closed");
    const wait = this.#notBefore - this.#world.now();
    if (this.#host === null && wait > 0) {
      const again = `; it is started again in ${Math.ceil(wait / 1000)} s`;
      return failure(LOCAL_HRESULTS.hostEnded, this.#lastEnd + again);
    }
    this.#host ??= this.#start();
    const host = await this.#host;
    if (typeof host === "string") {
      this.#host = null;
      return failure(LOCAL_HRESULTS.hostEnded, host);
    }
    const answer = await host.ask(call);
    const code = answer.hresult >>> 0;
    if (code !== LOCAL_HRESULTS.hostEnded && code !== LOCAL_HRESULTS.timedOut) this.#failures = 0;
    return answer;
  }

  /** HNS tells PowerShell nothing. */
  watch(): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    this.#closed = true;
    const host = await this.#host;
    if (host instanceof Host) await host.close();
  }

  async #start(): Promise<Host | string> {
    const { start, limits, log } = this.#world;
    try {
      const host = new Host(start(), limits, log);
      void host.ended.then((why) => this.#ended(why)); // never rejects
      return await host.ready() ?? host;
    } catch (error) {
      const why = `Cannot start PowerShell: ${error instanceof Error ? error.message : error}`;
      this.#ended(why);
      return why;
    }
  }

  #ended(why: string): void {
    const { now, random, log } = this.#world;
    this.#host = null;
    this.#lastEnd = why;
    if (this.#closed) return;
    this.#notBefore = now() + backoff(++this.#failures, random(), { baseMs: 500 });
    log.warn("The PowerShell host that calls HNS has ended; it is started again when needed", {
      why,
    });
  }
}
