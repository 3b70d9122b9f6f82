/**
 * Service addresses on an interface of Linux, by the `ip` command of iproute2. Needs the permission
 * to run `ip`, and the process the capability CAP_NET_ADMIN.
 *
 * @module
 */
import { type Logger, parseIp, SILENT } from "../../core/mod.ts";
import type { ApplyResult } from "../backend.ts";
import { AddressWatch, type Restored } from "./address_watch.ts";
import type { AddressManager } from "./addresses.ts";
import { setPlatformTimer, type SetTimer } from "./flow_sweep.ts";
import { Ip } from "./iproute2_calls.ts";
import {
  addAddress,
  deleteAddress,
  type InterfaceAddress,
  isDeviceName,
  type RunIp,
  showDevice,
} from "./iproute2_command.ts";

/** How addresses are managed with iproute2. */
export interface Iproute2Options {
  /** The interface that they are put on. */
  readonly device: string;
  /**
   * Whether to make the interface, one that leads nowhere, if it is missing.
   *
   * @default {false}
   */
  readonly create?: boolean;
  /**
   * How long one call of `ip` may take, in milliseconds.
   *
   * @default {10000}
   */
  readonly timeoutMs?: number;
  /**
   * How long from one look after the addresses to the next, in milliseconds: those that somebody has
   * taken off are put back.
   *
   * @default {null} nobody looks after them
   */
  readonly keepMs?: number;
  /** Sets a timer; tests give a fake. */
  readonly setTimer?: SetTimer;
  /** Where to write what happens. */
  readonly log?: Logger;
  /** Calls `ip`; tests give a fake. */
  readonly run?: RunIp;
}

/** What came of opening an address manager. */
export type Opened =
  | {
    /** It can be used. */
    readonly ok: true;
    /** The manager. */
    readonly manager: AddressManager;
  }
  | Extract<ApplyResult, { readonly ok: false }>;

/**
 * Opens the address manager: finds or makes the interface, and takes off it what a run before has
 * left there. Addresses that others put on it are not touched, then or later.
 */
export async function openIproute2(
  options: Iproute2Options,
  signal: AbortSignal,
): Promise<Opened> {
  const { device, create = false } = options;
  const what = `Cannot use interface "${device}" for service addresses`;
  if (!isDeviceName(device)) {
    return failure(
      `${what}: it is not an interface's name; give up to 15 letters, digits, ".", "_" or "-"`,
    );
  }
  const ip = new Ip(options);
  const shown = await ip.call(showDevice(device), signal);
  if (!shown.ok && !create) return failure(`${what}: ${shown.why}`);
  if (!shown.ok) {
    const made = await ip.make(device, signal);
    if (!made.ok) return failure(`${what}: ${made.why}`);
  }
  const listed = await ip.list(signal);
  if (!listed.ok) return failure(`${what}: ${listed.why}`);
  const left = listed.addresses.filter((each) => each.own && each.device === device);
  const swept = await ip.sweep(left, signal);
  if (!swept.ok) return failure(`${what}: ${swept.why}`);
  if (left.length > 0) {
    const fields = { interface: device, addresses: left.length };
    options.log?.info("Took off what a run before had left", fields);
  }
  const others = listed.addresses.filter((each) => !left.includes(each)).map((each) => each.ip);
  return { ok: true, manager: new Iproute2(ip, options, new Set(others)) };
}

class Iproute2 implements AddressManager {
  readonly name = "iproute2";
  readonly #ip: Ip;
  readonly #device: string;
  readonly #create: boolean;
  readonly #watch: AddressWatch | null;
  /** Addresses that the machine had without us: an external IP may be the node's own. */
  readonly #others: ReadonlySet<string>;
  readonly #own = new Set<string>();

  constructor(ip: Ip, options: Iproute2Options, others: ReadonlySet<string>) {
    const { device, create = false, keepMs, setTimer = setPlatformTimer, log = SILENT } = options;
    this.#ip = ip;
    this.#device = device;
    this.#create = create;
    this.#others = others;
    const wanted = () => this.#own.size > 0;
    const restore = () => this.#restore();
    this.#watch = keepMs === undefined
      ? null
      : new AddressWatch({ keepMs, setTimer, log, wanted, restore });
  }

  async assign(text: string, signal: AbortSignal): Promise<ApplyResult> {
    const what = `Cannot assign ${text} to interface "${this.#device}"`;
    const ip = parseIp(text)?.text;
    if (ip === undefined) return failure(`${what}: it is not an IP address`);
    if (this.#others.has(ip) || this.#own.has(ip)) return { ok: true };
    const added = await this.#ip.call(addAddress(ip, this.#device), signal);
    if (added.ok) {
      this.#own.add(ip);
      this.#watch?.keep();
      return { ok: true };
    }
    // It may be there all the same: put there by somebody else since, or by a call that timed out.
    const found = await this.#find(ip, signal);
    if (typeof found === "string") {
      return { ok: false, error: `${what}: ${added.why}`, retry: added.retry };
    }
    if (found.own) this.#own.add(ip);
    return { ok: true };
  }

  async release(text: string, signal: AbortSignal): Promise<ApplyResult> {
    const ip = parseIp(text)?.text;
    if (ip === undefined || !this.#own.has(ip)) return { ok: true };
    const deleted = await this.#ip.call(deleteAddress(ip, this.#device), signal);
    if (!deleted.ok && await this.#find(ip, signal) !== "none") {
      const what = `Cannot take ${ip} off interface "${this.#device}"`;
      return { ok: false, error: `${what}: ${deleted.why}`, retry: deleted.retry };
    }
    this.#own.delete(ip);
    this.#watch?.keep();
    return { ok: true };
  }

  owns(text: string): boolean {
    const ip = parseIp(text)?.text;
    return ip !== undefined && this.#own.has(ip);
  }

  /** Puts back what is not there any more, and the interface if it is our own making. */
  async #restore(): Promise<Restored> {
    const { signal } = new AbortController(); // each call of ip has a time limit of its own
    const mine = [...this.#own]; // before the look: what is assigned during it is not missing
    const listed = await this.#ip.list(signal);
    const what = `Cannot look after service addresses on interface "${this.#device}"`;
    if (!listed.ok) return { restored: 0, why: `${what}: ${listed.why}` };
    const on = listed.addresses.filter(({ device }) => device === this.#device);
    const there = new Set(on.map(({ ip }) => ip));
    const lost = mine.filter((ip) => !there.has(ip));
    if (lost.length > 0 && this.#create) {
      const shown = await this.#ip.call(showDevice(this.#device), signal);
      const made = shown.ok ? shown : await this.#ip.make(this.#device, signal);
      if (!made.ok) return { restored: 0, why: `${what}: ${made.why}` };
    }
    let restored = 0;
    for (const ip of lost) {
      if (!this.#own.has(ip)) continue;
      const added = await this.#ip.call(addAddress(ip, this.#device), signal);
      if (!added.ok && typeof await this.#find(ip, signal) === "string") {
        return { restored, why: `${what}: ${added.why}` };
      }
      if (this.#own.has(ip)) restored++;
      else await this.#ip.call(deleteAddress(ip, this.#device), signal); // released meanwhile
    }
    return { restored, why: null };
  }

  /** The address on our interface, as the system has it now; `unknown` where it can't be asked. */
  async #find(ip: string, signal: AbortSignal): Promise<InterfaceAddress | "none" | "unknown"> {
    const listed = await this.#ip.list(signal);
    if (!listed.ok) return "unknown";
    return listed.addresses.find((each) => each.ip === ip && each.device === this.#device) ??
      "none";
  }
}

function failure(error: string): Extract<ApplyResult, { readonly ok: false }> {
  return { ok: false, error, retry: false };
}
