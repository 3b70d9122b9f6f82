/**
 * How the command line reaches HNS.
 *
 * @module
 */
import { hnsEmulator, type HnsTransport, openFileEmulator } from "../../backends/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";
import { RunError } from "../run_error.ts";

/** The ways to reach HNS. */
const TRANSPORTS = ["native", "powershell", "emulator"] as const;

/** What a command does with HNS. */
export interface HnsUse {
  /** Whether it writes; if not, the emulator's file is left as it is. */
  readonly writes: boolean;
}

/**
 * Opens the transport of `--hns`.
 *
 * @throws {UsageError} If there is no such way here, or the emulator's file cannot be read.
 */
export async function openHnsTransport(
  { hns }: Pick<FlagValues, "hns">,
  { writes }: HnsUse,
): Promise<HnsTransport> {
  const given = hns ?? (Deno.build.os === "windows" ? "native" : "emulator");
  const [name, ...rest] = given.split(":");
  const kind = TRANSPORTS.find((each) => each === name);
  const path = rest.join(":"); // a path of Windows has a colon of its own
  if (kind === undefined || (rest.length > 0 && (kind !== "emulator" || path === ""))) {
    throw new UsageError(
      `Cannot read flag --hns: "${given}" is not one of native, powershell, emulator and emulator:FILE`,
      "to-winkernel",
    );
  }
  if (kind !== "emulator") {
    throw new UsageError(
      `Cannot use --hns=${kind}: this version of Windlass reaches HNS by its emulator only`,
      "to-winkernel",
    );
  }
  return await openEmulator(path, writes);
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
