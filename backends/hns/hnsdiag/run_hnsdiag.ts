/**
 * Runs hnsdiag.exe. Needs the permission to run {@linkcode HNSDIAG}.
 *
 * @module
 */

/** Where Windows has it, from Server 2019 on. The program may run this file and no other. */
export const HNSDIAG = "C:\\Windows\\System32\\hnsdiag.exe";

/** What came of a run. */
export interface HnsdiagResult {
  /** Why it could not be run, `null` if it was. */
  readonly notRun: string | null;
  /** The exit code. What each means is written nowhere. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it complained of; its usage text comes here. */
  readonly stderr: string;
}

/** Runs it. Rejects when the signal aborts. */
export type RunHnsdiag = (args: readonly string[], signal: AbortSignal) => Promise<HnsdiagResult>;

/** Runs the platform's. */
export const runPlatformHnsdiag: RunHnsdiag = async (args, signal) => {
  const decoder = new TextDecoder(); // keys and codes are ASCII; other texts are only shown
  try {
    const command = new Deno.Command(HNSDIAG, { args: [...args], signal });
    const { code, stdout, stderr } = await command.output();
    signal.throwIfAborted();
    return {
      notRun: null,
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  } catch (error) {
    signal.throwIfAborted();
    // A file that is missing is not always a NotFound on Windows.
    const notRun = error instanceof Error ? error.message : String(error);
    return { notRun, code: 1, stdout: "", stderr: "" };
  }
};
