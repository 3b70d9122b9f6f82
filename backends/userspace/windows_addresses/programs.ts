/**
 * The programs of Windows that can change addresses, for where IP Helper may not be called: how they
 * are found and run. Needs the permission to run them.
 *
 * @module
 */
import { messageOf } from "../sockets.ts";

/** Where Windows keeps them. By their full path: what is first on the PATH is anybody's. */
export const PROGRAMS = {
  /** Windows PowerShell 5.1, which every Windows has. */
  powershell: "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
  /** The network shell. */
  netsh: "C:\\Windows\\System32\\netsh.exe",
} as const;

/** What a program answered. */
export interface ProgramResult {
  /** The exit code. */
  readonly code: number;
  /** What it wrote, to both outputs. Letters beyond ASCII may be wrong: the code page is anybody's. */
  readonly text: string;
}

/** Runs a program to its end. Rejects, with the reason in words, if it cannot or takes too long. */
export type RunProgram = (args: readonly string[], timeoutMs: number) => Promise<ProgramResult>;

/** Runs the program at this path. */
export function programAt(path: string): RunProgram {
  return async (args, timeoutMs) => {
    const { state } = await Deno.permissions.query({ name: "run", command: path });
    if (state !== "granted") throw new Error(`"${path}" may not be run: allow it, --allow-run`);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    try {
      const { code, stdout, stderr } = await new Deno.Command(path, {
        args: [...args],
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        signal: late.signal,
      }).output();
      if (late.signal.aborted) throw new Error("it was stopped");
      const text = `${decode(stdout)}\n${decode(stderr)}`.trim();
      return { code, text };
    } catch (cause) {
      const why = late.signal.aborted
        ? `it did not end within ${timeoutMs} ms and was stopped`
        : messageOf(cause);
      throw new Error(`"${path}" cannot be used: ${why}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("windows-1252").decode(bytes);
}
