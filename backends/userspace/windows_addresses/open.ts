/**
 * Opens the address manager of Windows: the way that is asked for, or the best one that works here.
 *
 * @module
 */
import { type Logger, SILENT, unreachable } from "../../../core/mod.ts";
import type { ApplyResult } from "../../backend.ts";
import type { AddressManager } from "../addresses.ts";
import { setPlatformTimer, type SetTimer } from "../flow_sweep.ts";
import { messageOf } from "../sockets.ts";
import { findInterface, type InterfaceWish } from "./find_interface.ts";
import { openIpHelper } from "./ip_helper.ts";
import { fileJournal, type Journal } from "./journal.ts";
import { WindowsManager } from "./manager.ts";
import { openNetsh } from "./netsh.ts";
import { openPowerShell } from "./powershell.ts";
import type { AddressWay, OpenedWay } from "./way.ts";

/** The ways to change addresses on Windows, the best first. */
export const WINDOWS_ADDRESS_WAYS = ["iphelper", "powershell", "netsh"] as const;

/** A way to change addresses on Windows. */
export type WindowsAddressWay = typeof WINDOWS_ADDRESS_WAYS[number];

/** How addresses are managed on Windows. */
export interface WindowsAddressOptions extends InterfaceWish {
  /** The way; `auto` for the first of {@linkcode WINDOWS_ADDRESS_WAYS} that works here. */
  readonly way: WindowsAddressWay | "auto";
  /** The file that remembers our addresses. */
  readonly journal: string | Journal;
  /** Where to write what happens. */
  readonly log?: Logger;
  /**
   * How long to wait until an address can be bound, in milliseconds.
   *
   * @default {10000}
   */
  readonly waitMs?: number;
  /**
   * How long from one look after our addresses to the next, in milliseconds.
   *
   * @default {15000}
   */
  readonly keepMs?: number;
  /** Opens a way; tests give stand-ins. */
  readonly open?: (way: WindowsAddressWay) => Promise<OpenedWay>;
  /** Whether a socket can be bound to the address now. */
  readonly canBind?: (ip: string) => boolean;
  /** Sets a timer. */
  readonly setTimer?: SetTimer;
}

/** What came of opening the address manager of Windows. */
export type OpenedWindowsAddresses =
  | {
    /** It can be used. */
    readonly ok: true;
    /** The manager. */
    readonly manager: AddressManager;
  }
  | Extract<ApplyResult, { readonly ok: false }> & {
    /** Whether that is because no way works here at all. */
    readonly noWay: boolean;
  };

/**
 * Opens the address manager: chooses the way, and takes off what a run before has left. An interface
 * that is named and is not there is an error; one that is not named may still come.
 */
export async function openWindowsAddresses(
  options: WindowsAddressOptions,
): Promise<OpenedWindowsAddresses> {
  const { journal, log = SILENT, named, fromEnvironment } = options;
  const wish: InterfaceWish = { named, fromEnvironment };
  const chosen = await choose(options, log);
  if (!chosen.ok) return failure(`Cannot manage service addresses: ${chosen.why}`, true);
  const { way } = chosen;
  try {
    const look = await way.look();
    const found = findInterface(look.interfaces, wish);
    if (!found.ok && named !== null) {
      way.close();
      return failure(`Cannot use interface "${named}" for service addresses: ${found.why}`);
    }
    const manager = new WindowsManager({
      way,
      wish,
      log,
      journal: typeof journal === "string" ? fileJournal(journal) : journal,
      canBind: options.canBind ?? canBind,
      waitMs: options.waitMs ?? 10_000,
      keepMs: options.keepMs ?? 15_000,
      setTimer: options.setTimer ?? setPlatformTimer,
    });
    const swept = await manager.sweep(look);
    const place = found.ok
      ? { interface: found.on.name, rule: found.rule }
      : { interface: "none yet" };
    log.info("Service addresses are managed", { way: way.name, ...place });
    if (swept > 0) log.info("Took off what a run before had left", { addresses: swept });
    if (!found.ok) log.warn(`Service addresses must wait: ${found.why}`);
    return { ok: true, manager };
  } catch (error) {
    way.close();
    return failure(`Cannot manage service addresses by ${way.name}: ${messageOf(error)}`);
  }
}

type Chosen = { readonly ok: true; readonly way: AddressWay } | {
  readonly ok: false;
  readonly why: string;
};

async function choose(
  { way: wanted, open = openWay }: WindowsAddressOptions,
  log: Logger,
): Promise<Chosen> {
  const met: string[] = [];
  for (const name of wanted === "auto" ? WINDOWS_ADDRESS_WAYS : [wanted]) {
    const opened = await open(name);
    if (!opened.ok) {
      met.push(`${name}: ${opened.why}`);
      continue;
    }
    if (met.length > 0) {
      log.warn(`A better way to manage addresses cannot be used: ${met.join("; ")}`);
    }
    return opened;
  }
  return { ok: false, why: met.join("; ") };
}

function openWay(way: WindowsAddressWay): Promise<OpenedWay> {
  switch (way) {
    case "iphelper":
      return Promise.resolve(openIpHelper());
    case "powershell":
      return openPowerShell();
    case "netsh":
      return openNetsh();
    default:
      return unreachable(way);
  }
}

/** Tries it: an address that is still tentative cannot be bound. Needs the permission to listen. */
function canBind(hostname: string): boolean {
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false; // whatever it is, the listener to come will say it in full
  }
}

function failure(error: string, noWay = false): OpenedWindowsAddresses {
  return { ok: false, error, retry: false, noWay };
}
