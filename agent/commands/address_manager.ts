/**
 * Who puts service addresses on an interface, as the command line asks for it.
 *
 * @module
 */
import {
  type AddressManager,
  INTERFACE_ENV,
  openIproute2,
  openWindowsAddresses,
  type WindowsAddressWay,
} from "../../backends/mod.ts";
import { FLAGS, type FlagValues } from "../cli/flags.ts";
import { type Logger, unreachable } from "../../core/mod.ts";
import type { Io } from "../io.ts";
import { RunError } from "../run_error.ts";

/** The environment variables that address managers read. */
export const ADDRESS_ENV: readonly string[] = [INTERFACE_ENV, "ProgramData"];

/** How long from one look after our addresses on Linux to the next. */
const KEEP_MS = 15_000;

type AddressFlags = Pick<FlagValues, "addressManager" | "interface">;
type Os = typeof Deno.build.os;

/** Whether nobody here puts service addresses on an interface. */
export function managesNoAddresses(
  { addressManager }: Pick<FlagValues, "addressManager">,
  os: Os = Deno.build.os,
): boolean {
  return addressManager === "none" || (addressManager === "auto" && os !== "windows");
}

/**
 * Opens the address manager of `--address-manager`; `null` for none.
 *
 * @throws {RunError} If it cannot be used here.
 */
export async function openAddressManager(
  flags: AddressFlags,
  io: Pick<Io, "env">,
  log: Logger,
  os: Os = Deno.build.os,
): Promise<AddressManager | null> {
  const { addressManager } = flags;
  if (managesNoAddresses(flags, os)) return null;
  switch (addressManager) {
    case "none":
      return null;
    case "iproute2":
      return await openOnLinux(flags, log);
    case "auto":
    case "iphelper":
    case "powershell":
    case "netsh":
      if (os !== "windows") {
        throw new RunError(
          `Cannot use --address-manager=${addressManager}: it is for Windows; here it is iproute2 or none`,
        );
      }
      return await openOnWindows(addressManager, flags, io, log);
    default:
      return unreachable(addressManager);
  }
}

async function openOnLinux(
  { interface: device }: AddressFlags,
  log: Logger,
): Promise<AddressManager> {
  // An interface that was named is one that should be there: a slip of the pen makes none.
  const create = device === FLAGS.interface.default;
  const { signal } = new AbortController(); // each call of ip has a time limit of its own
  const opened = await openIproute2({ device, create, keepMs: KEEP_MS, log }, signal);
  if (opened.ok) return opened.manager;
  throw new RunError(opened.error);
}

/** On Windows the default interface is the one of kube-proxy and KPNG, and the same variable tells. */
async function openOnWindows(
  way: WindowsAddressWay | "auto",
  { interface: device }: AddressFlags,
  io: Pick<Io, "env">,
  log: Logger,
): Promise<AddressManager | null> {
  const opened = await openWindowsAddresses({
    way,
    named: device === FLAGS.interface.default ? null : device,
    fromEnvironment: io.env(INTERFACE_ENV) || null,
    journal: `${io.env("ProgramData") || "C:\\ProgramData"}\\windlass\\service-addresses.json`,
    log,
  });
  if (opened.ok) return opened.manager;
  if (way !== "auto" || !opened.noWay) throw new RunError(opened.error);
  // Nobody has asked for it by name, and who has put the addresses there already needs none of it.
  log.warn(`${opened.error}. Going on without: an address must be on an interface to be served`);
  return null;
}
