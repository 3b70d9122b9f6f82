/**
 * Calls of the `ip` command of iproute2, each within bounded time and with what came of it in words.
 *
 * @module
 */
import { type Logger, SILENT } from "../../core/mod.ts";
import type { Iproute2Options } from "./iproute2.ts";
import {
  addDummy,
  BATCH,
  deleteAddress,
  type InterfaceAddress,
  type IpResult,
  LIST_ADDRESSES,
  parseAddresses,
  type RunIp,
  runPlatformIp,
  switchOn,
} from "./iproute2_command.ts";
import { messageOf } from "./sockets.ts";

/** A step that could not be done, and why. */
export interface Failed {
  /** It was not. */
  readonly ok: false;
  /** Why, in words. */
  readonly why: string;
  /** Whether it may be done later. */
  readonly retry: boolean;
}

/** Calls `ip` within bounded time, and words what came of it. */
export class Ip {
  readonly #run: RunIp;
  readonly #timeoutMs: number;
  readonly #log: Logger;

  /** Calls with these options. */
  constructor({ run = runPlatformIp, timeoutMs = 10_000, log = SILENT }: Iproute2Options) {
    this.#run = run;
    this.#timeoutMs = timeoutMs;
    this.#log = log;
  }

  /** Calls `ip`; does not throw. */
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

  /** Makes an interface that leads nowhere. */
  async make(device: string, signal: AbortSignal): Promise<{ readonly ok: true } | Failed> {
    for (const args of [addDummy(device), switchOn(device)]) {
      const made = await this.call(args, signal);
      if (!made.ok) return made;
    }
    this.#log.info("Made the interface for service addresses", { interface: device });
    return { ok: true };
  }

  /** The addresses of the machine. */
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
