/**
 * The transport that calls HNS in this process, by FFI: the default on Windows. Nothing but Windows'
 * own DLLs is needed.
 *
 * @module
 */
import { type Logger, SILENT } from "../../../core/mod.ts";
import { hcnTransport } from "../hcn/hcn_transport.ts";
import { type Patience, patient } from "../hcn/patient.ts";
import type { HnsTransport } from "../transport.ts";
import { type LibraryPaths, openLibraries } from "./libraries.ts";
import { NativeHcn } from "./native_hcn.ts";

export type { Patience } from "../hcn/patient.ts";
export { type LibraryPaths, SYSTEM_LIBRARIES } from "./libraries.ts";

/** HNS answers in milliseconds, and sometimes in seconds. */
const PATIENCE: Patience = { callMs: 60_000, mostHanging: 16 };

/** How the transport is opened. */
export interface NativeOptions {
  /**
   * Where the DLLs are.
   *
   * @default {SYSTEM_LIBRARIES}
   */
  readonly libraries?: LibraryPaths;
  /**
   * How many calls may be under way at a time.
   *
   * @default {4}
   */
  readonly concurrency?: number;
  /** How much patience there is with HNS; tests have less. */
  readonly patience?: Patience;
  /** Where to write what happens. */
  readonly log?: Logger;
}

/** What came of opening a transport. */
export type OpenedTransport =
  | {
    /** It can be used. */
    readonly ok: true;
    /** The transport. */
    readonly transport: HnsTransport;
  }
  | {
    /** It cannot. */
    readonly ok: false;
    /** What was being done, what was met, what would be right. */
    readonly error: string;
  };

/** Opens the transport. */
export function openNativeTransport(options: NativeOptions = {}): OpenedTransport {
  const { libraries: paths, concurrency = 4, patience = PATIENCE, log = SILENT } = options;
  const opened = openLibraries(paths);
  if (!opened.ok) return opened;
  const hcn = new NativeHcn(opened.libraries, concurrency, log);
  return { ok: true, transport: hcnTransport(patient(hcn, patience)) };
}
