/**
 * An emulator that starts with what is in a file and writes it back when it is closed. Needs the
 * permission to read the file, and to write it.
 *
 * @module
 */
import { type HnsEmulator, hnsEmulator } from "./emulator.ts";
import { EMPTY_STATE, type EmulatorState, readState, stateText } from "./file.ts";
import type { EmulatorOptions } from "./quirks.ts";

/** What came of opening a file. */
export type OpenedEmulator =
  | {
    /** It could be read, or there is none yet. */
    readonly ok: true;
    /** The emulator. */
    readonly emulator: HnsEmulator;
  }
  | {
    /** It could not be read. */
    readonly ok: false;
    /** What was being done, what was met, what would be right. */
    readonly error: string;
  };

/** How a file is opened. */
export interface FileEmulatorOptions extends EmulatorOptions {
  /**
   * Whether the file is written back when the emulator is closed.
   *
   * @default {true}
   */
  readonly writeBack?: boolean;
}

/** Opens a file; one that does not exist is empty. */
export async function openFileEmulator(
  path: string,
  options: FileEmulatorOptions = {},
): Promise<OpenedEmulator> {
  let state: EmulatorState = EMPTY_STATE;
  let rest = {};
  try {
    const read = readState(await Deno.readTextFile(path));
    if (!read.ok) return { ok: false, error: `Cannot read "${path}": ${read.error}` };
    ({ state, rest } = read);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      return { ok: false, error: `Cannot read "${path}": ${messageOf(error)}` };
    }
  }
  const emulator = hnsEmulator(state, options);
  if (options.writeBack ?? true) {
    const { close } = emulator;
    emulator.close = async () => {
      await close.call(emulator);
      await writeWhole(path, stateText(emulator.state(), rest));
    };
  }
  return { ok: true, emulator };
}

/** Writes beside the file and renames, so that nobody ever reads a half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  try {
    await Deno.writeTextFile(beside, text);
    await Deno.rename(beside, path);
  } catch (cause) {
    throw new Error(`Cannot write "${path}": ${messageOf(cause)}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
