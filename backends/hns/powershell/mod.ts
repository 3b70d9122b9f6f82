/**
 * The transport that calls HNS by a PowerShell beside this process: for hosts where a program may not
 * load DLLs by FFI. Slower than the native one, with the same documents and the same errors.
 *
 * Needs the permission to run `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`.
 *
 * @module
 */
import { type Logger, SILENT } from "../../../core/mod.ts";
import { hcnTransport } from "../hcn/hcn_transport.ts";
import type { HnsTransport } from "../transport.ts";
import type { HostLimits } from "./host.ts";
import { type StartHost, startPowershell } from "./host_process.ts";
import { PowershellHcn } from "./powershell_hcn.ts";

export type { HostLimits } from "./host.ts";
export type { HostProcess, StartHost } from "./host_process.ts";

/** How long the host may take, unless told otherwise. */
const LIMITS: HostLimits = { startMs: 60_000, callMs: 60_000, endMs: 2_000 };

/** How the transport is set up. */
export interface PowershellOptions {
  /** Where to write what happens. */
  readonly log?: Logger;
  /** Starts the host; tests give a fake. */
  readonly start?: StartHost;
  /** How long the host may take; tests give less. */
  readonly limits?: Partial<HostLimits>;
  /** The time in milliseconds; tests give their own. */
  readonly now?: () => number;
}

/** Makes the transport. PowerShell is started with the first call. */
export function powershellTransport(options: PowershellOptions = {}): HnsTransport {
  const { log = SILENT, start = () => startPowershell(), limits = {}, now = () => Date.now() } =
    options;
  const world = { start, limits: { ...LIMITS, ...limits }, now, random: Math.random, log };
  return hcnTransport(new PowershellHcn(world));
}
