/**
 * Service addresses on an interface of Linux, by the `ip` command of iproute2. Needs the permission
 * to run `ip`, and the process the capability CAP_NET_ADMIN.
 *
 * @module
 */
import { type Logger, parseIp, SILENT } from "../../core/mod.ts";
import type { ApplyResult } from "../backend.ts";
import type { AddressManager } from "./addresses.ts";
import {
  addAddress,
  addDummy,
  BATCH,
  deleteAddress,
  type InterfaceAddress,
  type IpResult,
  isDeviceName,
  LIST_ADDRESSES,
  parseAddresses,
  type RunIp,
  runPlatformIp,
  showDevice,
  switchOn,
} from "./iproute2_command.ts";
import { messageOf } from "./sockets.ts";

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
    for (const args of [addDummy(device), switchOn(device)]) {
      const made = await ip.call(args, signal);
      if (!made.ok) return failure(`${what}: ${made.why}`);
    }
    options.log?.info("Made the interface for service addresses", { interface: device });
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
  return { ok: true, manager: new Iproute2(ip, device, new Set(others)) };
}

class Iproute2 implements AddressManager {
  readonly name = "iproute2";
  readonly #ip: Ip;
  readonly #device: string;
  /** Addresses that the machine had without us: an external IP may be the node's own. */
  readonly #others: ReadonlySet<string>;
  readonly #own = new Set<string>();

  constructor(ip: Ip, device: string, others: ReadonlySet<string>) {
    this.#ip = ip;
    this.#device = device;
    this.#others = others;
  }

  async assign(text: string, signal: AbortSignal): Promise<ApplyResult> {
    const what = `Cannot assign ${text} to interface "${this.#device}"`;
    const ip = parseIp(text)?.text;
    if (ip === undefined) return failure(`${what}: it is not an IP address`);
    if (this.#others.has(ip) || this.#own.has(ip)) return { ok: true };
    const added = await this.#ip.call(addAddress(ip, this.#device), signal);
    if (added.ok) {
      this.#own.add(ip);
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
    return { ok: true };
  }

  owns(text: string): boolean {
    const ip = parseIp(text)?.text;
    return ip !== undefined && this.#own.has(ip);
  }

  /** The address on our interface, as the system has it now; `unknown` where it can't be asked. */
  async #find(ip: string, signal: AbortSignal): Promise<InterfaceAddress | "none" | "unknown"> {
    const listed = await this.#ip.list(signal);
    if (!listed.ok) return "unknown";
    return listed.addresses.find((each) => each.ip === ip && each.device === this.#device) ??
      "none";
  }
}

/** A step that could not be done, and why. */
interface Failed {
  readonly ok: false;
  readonly why: string;
  readonly retry: boolean;
}

/** Calls `ip` within bounded time, and words what came of it. */
class Ip {
  readonly #run: RunIp;
  readonly #timeoutMs: number;
  readonly #log: Logger;

  constructor({ run = runPlatformIp, timeoutMs = 10_000, log = SILENT }: Iproute2Options) {
    this.#run = run;
    this.#timeoutMs = timeoutMs;
    this.#log = log;
  }

  async call(
    args: readonly string[],
    signal: AbortSignal,
    stdin?: string,
  ): Promise<{ readonly ok: true; readonly stdout: string } | Failed> {
    const command = `"ip ${args.join(" ")}"`;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeoutMs);
    try {
      const input = stdin === undefined ? {} : { stdin };
      const limits = { ...input, signal: AbortSignal.any([signal, late.signal]) };
      const result = await this.#run(args, limits);
      this.#log.v(5)?.info("Called ip", { args: args.join(" "), code: result.code });
      if (result.code === 0) return { ok: true, stdout: result.stdout };
      return { ok: false, why: `${command} ended with ${complaint(result)}`, retry: true };
    } catch (error) {
      if (signal.aborted) return { ok: false, why: `${command} was stopped`, retry: true };
      if (late.signal.aborted) {
        const why = `${command} did not end within ${this.#timeoutMs} ms and was stopped`;
        return { ok: false, why, retry: true };
      }
      return { ok: false, ...whyNotCalled(command, error) };
    } finally {
      clearTimeout(timer);
    }
  }

  async list(
    signal: AbortSignal,
  ): Promise<{ readonly ok: true; readonly addresses: readonly InterfaceAddress[] } | Failed> {
    const listed = await this.call(LIST_ADDRESSES, signal);
    if (!listed.ok) return listed;
    const addresses = parseAddresses(listed.stdout);
    if (addresses !== null) return { ok: true, addresses };
    const printed = JSON.stringify(listed.stdout.slice(0, 60));
    const why = `"ip ${LIST_ADDRESSES.join(" ")}" printed ${printed} and no list in JSON; ` +
      "iproute2 4.18 or newer does";
    return { ok: false, why, retry: false };
  }

  /** Takes addresses off, in one call however many they are. */
  async sweep(
    left: readonly InterfaceAddress[],
    signal: AbortSignal,
  ): Promise<{ readonly ok: true } | Failed> {
    if (left.length === 0) return { ok: true };
    const lines = left.map(({ ip, device }) => `${deleteAddress(ip, device).join(" ")}\n`);
    return await this.call(BATCH, signal, lines.join(""));
  }
}

function complaint({ code, stderr }: IpResult): string {
  const text = stderr.trim().replaceAll(/\s*\n\s*/g, "; ") || "no word";
  return `${code}: ${text}${adviceFor(text)}`;
}

function adviceFor(stderr: string): string {
  if (stderr.includes("Operation not permitted")) {
    return "; run as root or with the capability CAP_NET_ADMIN";
  }
  if (stderr.includes("Unknown device type") || stderr.includes("Operation not supported")) {
    return '; this kernel has none of that kind: load it with "modprobe dummy", ' +
      "or name an interface that is there";
  }
  if (stderr.includes("does not exist") || stderr.includes("Cannot find device")) {
    return "; name an interface that is there, or make it first";
  }
  return "";
}

function whyNotCalled(command: string, error: unknown): Omit<Failed, "ok"> {
  if (error instanceof Deno.errors.NotFound) {
    return { why: `${command} cannot be called: install iproute2`, retry: true };
  }
  const why = `${command} cannot be called: ${messageOf(error)}`;
  return error instanceof Deno.errors.NotCapable
    ? { why: `${why}; allow it with --allow-run=ip and restart`, retry: false }
    : { why, retry: true };
}

function failure(error: string): Extract<ApplyResult, { readonly ok: false }> {
  return { ok: false, error, retry: false };
}
