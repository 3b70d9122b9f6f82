/**
 * In what builds of HNS differ, and what a test may ask of the emulator.
 *
 * @module
 */
import type { HnsVersion } from "../features.ts";

/** One call, as a fault hook sees it. */
export interface EmulatorCall {
  /** Which call it is, from 1. */
  readonly n: number;
  /** What it does: `list load-balancer`, `create endpoint`, `modify load-balancer`. */
  readonly what: string;
  /** Whether it writes. */
  readonly writes: boolean;
}

/** What a fault hook may do to a call. */
export interface EmulatorFault {
  /** The HRESULT that it fails with. */
  readonly hresult: number;
  /**
   * Whether the work is done all the same, as when the answer is lost.
   *
   * @default {false}
   */
  readonly afterwards?: boolean;
}

/** How many calls there were. */
export interface EmulatorCounts {
  /** All of them. */
  readonly all: number;
  /** Those that wrote, refused ones too. */
  readonly writes: number;
  /** The most that were under way at one time. */
  readonly peak: number;
}

/** How the emulator behaves. */
export interface EmulatorOptions {
  /**
   * The version of HNS.
   *
   * @default {DEFAULT_VERSION}
   */
  readonly version?: HnsVersion;
  /** Says which calls fail; `null` lets the call through. */
  readonly fault?: (call: EmulatorCall) => EmulatorFault | null;
  /**
   * Is awaited in each call, for slow answers.
   */
  readonly delay?: (call: EmulatorCall, signal: AbortSignal) => Promise<void>;
  /**
   * Whether ids come back in another letter case with every answer.
   *
   * @default {false}
   */
  readonly changingCase?: boolean;
  /**
   * What happens to an endpoint's deletion while a load balancer refers to it: it is refused, or the
   * load balancer is degraded, and cannot be deleted until HNS restarts.
   *
   * @default {"refuse"}
   */
  readonly deleteInUse?: "refuse" | "degrade";
  /**
   * Whether a second endpoint with an address of the network is refused.
   *
   * @default {false}
   */
  readonly refuseDuplicateIps?: boolean;
  /**
   * Whether ids given by the caller are ignored, and HNS chooses.
   *
   * @default {false}
   */
  readonly choosesIds?: boolean;
}

/** The version that the emulator has if nobody says otherwise: one that can do everything. */
export const DEFAULT_VERSION: HnsVersion = { major: 16, minor: 0 };
