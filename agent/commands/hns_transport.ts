/**
 * How the command line reaches HNS.
 *
 * @module
 */
import {
  hnsdiagTransport,
  hnsEmulator,
  type HnsTransport,
  openFileEmulator,
  openNativeTransport,
  powershellTransport,
} from "../../backends/mod.ts";
import { type Logger, SILENT, unreachable } from "../../core/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";
import { RunError } from "../run_error.ts";

/** The ways to reach HNS. */
const TRANSPORTS = ["native", "powershell", "hnsdiag", "emulator"] as const;

/** Whether HNS is an emulated one, so that nothing of this machine belongs to it. */
export function isEmulated({ hns }: Pick<FlagValues, "hns">): boolean {
  return wayOf(hns).split(":")[0] === "emulator";
}

function wayOf(hns: string | null): string {
  return hns ?? (Deno.build.os === "windows" ? "native" : "emulator");
}

/** What a command does with HNS. */
export interface HnsUse {
  /** Whether it writes; if not, the emulator's file is left as it is. */
  readonly writes: boolean;
  /**
   * Whether it creates objects, which hnsdiag cannot.
   *
   * @default {false}
   */
  readonly creates?: boolean;
  /** Where to write what happens on the way to HNS. */
  readonly log?: Logger;
}

/**
 * Opens the transport of `--hns`.
 *
 * @throws {UsageError} If there is no such way here, or the emulator's file cannot be read.
 * @throws {RunError} If this Windows has no HNS.
 */
export async function openHnsTransport(
  { hns }: Pick<FlagValues, "hns">,
  { writes, creates = false, log = SILENT }: HnsUse,
): Promise<HnsTransport> {
  const given = wayOf(hns);
  const [name, ...rest] = given.split(":");
  const kind = TRANSPORTS.find((each) => each === name);
  const path = rest.join(":"); // a path of Windows has a colon of its own
  if (kind === undefined || (rest.length > 0 && (kind !== "emulator" || path === ""))) {
    throw new UsageError(
      `Cannot read flag --hns: "${given}" is not one of native, powershell, hnsdiag, emulator and ` +
        "emulator:FILE",
      "to-winkernel",
    );
  }
  if (kind !== "emulator" && Deno.build.os !== "windows") {
    throw new UsageError(
      `Cannot use --hns=${kind}: there is no HNS but on Windows; --hns=emulator works everywhere`,
      "to-winkernel",
    );
  }
  switch (kind) {
    case "native": {
      const opened = openNativeTransport({ log });
      if (!opened.ok) throw new RunError(opened.error);
      return opened.transport;
    }
    case "powershell":
      return powershellTransport({ log });
    case "hnsdiag":
      if (!creates) return hnsdiagTransport();
      throw new UsageError(
        "Cannot use --hns=hnsdiag here: it lists and deletes only, and would leave services without " +
          "load balancers; use native or powershell",
        "to-winkernel",
      );
    case "emulator":
      return await openEmulator(path, writes);
    default:
      return unreachable(kind);
  }
}

async function openEmulator(path: string, writes: boolean): Promise<HnsTransport> {
  if (path === "") return hnsEmulator();
  const opened = await openFileEmulator(path, { writeBack: writes });
  if (!opened.ok) throw new UsageError(opened.error, "to-winkernel");
  const { emulator } = opened;
  const close = emulator.close.bind(emulator);
  emulator.close = async () => {
    try {
      await close();
    } catch (error) {
      throw new RunError(error instanceof Error ? error.message : String(error));
    }
  };
  return emulator;
}
