/**
 * Service addresses on an interface of Windows, by one of the ways. It keeps the books: which
 * addresses are ours, so that nobody else's are touched and a crash leaves nothing for good.
 *
 * @module
 */
import { cidrContains, type Logger, parseCidr, parseIp } from "../../../core/mod.ts";
import type { ApplyResult } from "../../backend.ts";
import type { AddressManager } from "../addresses.ts";
import type { SetTimer } from "../flow_sweep.ts";
import { messageOf } from "../sockets.ts";
import { Batches, type Verb } from "./batches.ts";
import { Books } from "./books.ts";
import { findInterface, type FoundInterface, type InterfaceWish } from "./find_interface.ts";
import type { Journal } from "./journal.ts";
import { Readiness } from "./readiness.ts";
import { ALREADY_EXISTS } from "./refusals.ts";
import {
  type AddressWay,
  hostPrefix,
  type Look,
  type Refusal,
  type WindowsAddress,
  type WindowsInterface,
} from "./way.ts";

/** What the manager is made of. */
export interface WindowsManagerOptions {
  /** How addresses are changed. */
  readonly way: AddressWay;
  /** Which interface the operator wants. */
  readonly wish: InterfaceWish;
  /** Remembers our addresses. */
  readonly journal: Journal;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Whether a socket can be bound to the address now. */
  readonly canBind: (ip: string) => boolean;
  /** How long to wait until an address can be bound, in milliseconds. */
  readonly waitMs: number;
  /** How long from one look after our addresses to the next, in milliseconds. */
  readonly keepMs: number;
  /** Sets a timer. */
  readonly setTimer: SetTimer;
}

type Answers = Map<string, ApplyResult>;

/** Puts service addresses on an interface of Windows. */
export class WindowsManager implements AddressManager {
  /** The name of the way. */
  readonly name: string;
  readonly #options: WindowsManagerOptions;
  readonly #books: Books;
  readonly #batches = new Batches((verb, ips) => this.#carryOut(verb, ips));
  readonly #readiness: Readiness;
  #stopKeeping: (() => void) | null = null;
  #gone = false;

  /** Makes one that owns nothing yet. */
  constructor(options: WindowsManagerOptions) {
    const { way, journal, log, canBind, waitMs, setTimer } = options;
    this.#options = options;
    this.#books = new Books(journal, log);
    this.name = way.name;
    this.#readiness = new Readiness({ look: () => way.look(), canBind, waitMs, setTimer });
  }

  /**
   * Takes off what the last run has left: what its journal names, where it named it, with the prefix
   * that it gave. Answers how many that were.
   */
  async sweep(look: Look): Promise<number> {
    const { way, log } = this.#options;
    let swept = 0;
    for (const [name, ips] of await this.#books.lastRun()) {
      const on = look.interfaces.find((each) => each.name === name);
      const left = look.addresses.filter((each) =>
        each.interfaceName === name && ips.has(each.ip) && isAsWeMakeThem(each)
      ).map(({ ip }) => ip);
      if (on === undefined || left.length === 0) continue;
      const refused = await way.remove(on, left);
      for (const [ip, { why }] of refused) {
        log.warn(`Cannot take ${ip}, left by a run before, off interface "${name}": ${why}`);
        this.#books.add(name, [ip]);
      }
      swept += left.length - refused.size;
    }
    await this.#books.remember();
    return swept;
  }

  async assign(text: string, signal: AbortSignal): Promise<ApplyResult> {
    const ip = parseIp(text)?.text;
    if (ip === undefined) {
      return { ok: false, error: `Cannot assign ${text}: it is not an IP address`, retry: false };
    }
    if (isLoopback(ip)) return { ok: true }; // Windows has them all
    const placed = await this.#batches.ask("assign", ip);
    if (!placed.ok) return placed;
    const ready = await this.#readiness.wait(ip, signal);
    if (ready.ok) return ready;
    // What somebody else on the link has is not to stay here, where it would take their packets.
    if (ready.duplicate && this.#books.has(ip)) await this.#batches.ask("release", ip);
    return { ok: false, error: ready.error, retry: ready.retry };
  }

  async release(text: string, _signal: AbortSignal): Promise<ApplyResult> {
    const ip = parseIp(text)?.text;
    if (ip === undefined || !this.#books.has(ip)) return { ok: true };
    return await this.#batches.ask("release", ip);
  }

  owns(text: string): boolean {
    const ip = parseIp(text)?.text;
    return ip !== undefined && this.#books.has(ip);
  }

  async #carryOut(verb: Verb, ips: readonly string[]): Promise<Answers> {
    try {
      const look = await this.#options.way.look();
      if (verb === "release") return await this.#releaseAll(ips, look);
      // What was released in the meantime is not to come back.
      const wanted = verb === "restore" ? ips.filter((ip) => this.#books.has(ip)) : ips;
      return await this.#assignAll(wanted, look);
    } catch (error) {
      const answer = failed(`Cannot ${verb} addresses: ${messageOf(error)}`);
      return new Map(ips.map((ip) => [ip, answer]));
    }
  }

  async #assignAll(ips: readonly string[], look: Look): Promise<Answers> {
    const there = new Set(look.addresses.map(({ ip }) => ip));
    const missing = ips.filter((ip) => !there.has(ip));
    const found = this.#find(look);
    if (missing.length === 0) return new Map();
    if (!found.ok) {
      const answer = (ip: string) => failed(`Cannot assign ${ip}: ${found.why}`);
      return new Map(missing.map((ip) => [ip, answer(ip)]));
    }
    return await this.#put(found.on, missing);
  }

  /** Puts addresses on the interface. They are ours from before the first call: it may not return. */
  async #put(on: WindowsInterface, ips: readonly string[]): Promise<Answers> {
    const { way, log } = this.#options;
    this.#books.add(on.name, ips);
    await this.#books.remember();
    const refused = await this.#call(() => way.add(on, ips), ips);
    const there = refused.size === 0 ? new Set() : await this.#presentOn(on);
    const answers: Answers = new Map();
    for (const [ip, { code, why, retry }] of refused) {
      // It came all the same, as after a call that took too long; or somebody else was quicker.
      if (there.has(ip) && code !== ALREADY_EXISTS) continue;
      this.#books.delete(on.name, ip);
      if (there.has(ip)) continue;
      answers.set(ip, failed(`Cannot assign ${ip} to interface "${on.name}": ${why}`, retry));
    }
    if (refused.size > 0) await this.#books.remember();
    const added = ips.length - answers.size;
    log.v(4)?.info("Assigned addresses", { interface: on.name, way: way.name, addresses: added });
    this.#keep();
    return answers;
  }

  async #releaseAll(ips: readonly string[], look: Look): Promise<Answers> {
    const answers: Answers = new Map();
    for (const name of this.#books.interfaces()) {
      const wanted = ips.filter((ip) => this.#books.has(ip, name));
      const on = look.interfaces.find((each) => each.name === name);
      const present = on === undefined
        ? []
        : wanted.filter((ip) =>
          look.addresses.some((each) =>
            each.ip === ip && each.interfaceName === name && isAsWeMakeThem(each)
          )
        );
      if (on !== undefined && present.length > 0) {
        const refused = await this.#call(() => this.#options.way.remove(on, present), present);
        const there = refused.size === 0 ? new Set() : await this.#presentOn(on);
        for (const [ip, { why, retry }] of refused) {
          if (!there.has(ip)) continue; // it is gone, whatever was said
          answers.set(ip, failed(`Cannot take ${ip} off interface "${name}": ${why}`, retry));
        }
      }
      for (const ip of wanted) if (!answers.has(ip)) this.#books.delete(name, ip);
    }
    await this.#books.remember();
    this.#keep();
    return answers;
  }

  /** A way that throws has refused all. */
  async #call(
    call: () => Promise<ReadonlyMap<string, Refusal>>,
    ips: readonly string[],
  ): Promise<ReadonlyMap<string, Refusal>> {
    try {
      return await call();
    } catch (error) {
      const refusal: Refusal = { code: null, why: messageOf(error), retry: true };
      return new Map(ips.map((ip) => [ip, refusal]));
    }
  }

  async #presentOn({ name }: WindowsInterface): Promise<ReadonlySet<string>> {
    const { addresses } = await this.#options.way.look();
    return new Set(addresses.filter((each) => each.interfaceName === name).map(({ ip }) => ip));
  }

  /** Finds the interface, and says once when it goes and when it comes. */
  #find(look: Look): FoundInterface {
    const { log, wish } = this.#options;
    const found = findInterface(look.interfaces, wish);
    if (!found.ok && !this.#gone) {
      log.warn(`Cannot put service addresses on an interface: ${found.why}`);
    } else if (found.ok && this.#gone) {
      log.info("The interface for service addresses is there", { interface: found.on.name });
    }
    this.#gone = !found.ok;
    return found;
  }

  /** Looks after our addresses for as long as there are some: an interface that comes back is bare. */
  #keep(): void {
    const { keepMs, setTimer } = this.#options;
    if (this.#books.all().length === 0) {
      this.#stopKeeping?.();
      this.#stopKeeping = null;
    } else {
      this.#stopKeeping ??= setTimer(() => void this.#restore(), keepMs);
    }
  }

  async #restore(): Promise<void> {
    const { log, way } = this.#options;
    this.#stopKeeping = null;
    try {
      const look = await way.look();
      const there = new Set(look.addresses.map(({ ip }) => ip));
      const lost = this.#books.all().filter((ip) => !there.has(ip));
      if (lost.length > 0 && this.#find(look).ok) {
        const results = await Promise.all(lost.map((ip) => this.#batches.ask("restore", ip)));
        const failures = results.flatMap((each) => each.ok ? [] : [each.error]);
        const addresses = lost.length - failures.length;
        if (addresses > 0) log.warn("Put back service addresses that were gone", { addresses });
        for (const error of failures.slice(0, 1)) log.error(error, { addresses: failures.length });
      }
    } catch (error) {
      log.error(`Cannot look after service addresses: ${messageOf(error)}`);
    }
    this.#keep();
  }
}

/** Whether it can be ours: somebody may have put another one in the place of ours. */
function isAsWeMakeThem({ ip, prefix, skipAsSource }: WindowsAddress): boolean {
  return prefix === hostPrefix(ip) && skipAsSource !== false;
}

const LOOPBACK = parseCidr("127.0.0.0/8");

function isLoopback(text: string): boolean {
  const ip = parseIp(text);
  return text === "::1" || (LOOPBACK !== null && ip !== null && cidrContains(LOOPBACK, ip));
}

function failed(error: string, retry = true): ApplyResult {
  return { ok: false, error, retry };
}
