/**
 * Runs a program of the user's with text on its standard input, as KPNG's `kpng-callout` does. Needs run
 * permission for the program.
 *
 * @module
 */
import type { Logger } from "../../core/mod.ts";
import type { TextOutput } from "../io.ts";
import { RunError } from "../run_error.ts";

/** A program with its arguments. */
export interface Program {
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/**
 * Checks that the program may be run at all.
 *
 * @throws {RunError} If it may not.
 */
export async function checkMayRun({ command }: Program): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "run", command });
  if (state === "granted") return;
  throw new RunError(
    `Cannot run "${command}": this program was given no permission to run it, so that nobody can ` +
      `make it run anything. Pipe the states instead (windlass ... to-json | ${command}), or start ` +
      `it with deno run -P=windlass --allow-run=ip,${command} mod.ts ...`,
  );
}

/**
 * Runs the program with the text on its standard input, and waits for its end. What it prints is
 * written out if it ends well; what is wrong with it goes into the log, and the next state is tried
 * all the same.
 */
export async function runProgram(
  { command, args }: Program,
  input: string,
  out: { readonly stdout: TextOutput; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const { stdout, log, signal } = out;
  try {
    const child = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      signal,
    }).spawn();
    const [output] = await Promise.all([child.output(), feed(child.stdin, input)]);
    if (output.success) stdout.write(new TextDecoder().decode(output.stdout));
    else if (!signal.aborted) {
      log.error("The program has failed; it runs again at the next change", {
        command,
        code: output.code,
        signal: output.signal,
      });
    }
  } catch (err) {
    if (!(err instanceof Deno.errors.NotFound)) throw err;
    throw new RunError(`Cannot run "${command}": there is no such program`, { cause: err });
  }
}

/** A program may end before it has read everything. */
async function feed(stdin: WritableStream<Uint8Array>, input: string): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
