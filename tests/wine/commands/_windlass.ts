/**
 * Runs the program from its sources by the Windows build of Deno under Wine, with the permissions that
 * its exe has.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const DENO = Deno.env.get("WINDLASS_DENO_WIN") ?? "";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Why nothing can be run here; `""` if it can. */
export const WHY_SKIPPED: string = Deno.build.os === "windows"
  ? "this is Windows: run its tests themselves"
  : DENO === ""
  ? "WINDLASS_DENO_WIN is not set"
  : "";

/** How a command line ended. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** What it printed and complained of. */
  readonly text: string;
}

/** A path of this machine as Wine's programs have it. */
export function onWine(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

/** Runs a command line of the program to its end. */
export async function windlass(line: readonly string[]): Promise<Ended> {
  const { code, stdout, stderr } = await command(line).output();
  const text = new TextDecoder();
  return { code, text: text.decode(stdout) + text.decode(stderr) };
}

/** A command line of the program that goes on until it is disposed of. */
export class Running {
  readonly #child: Deno.ChildProcess;
  readonly #log: ReadableStreamDefaultReader<string>;
  #text = "";

  /** Starts it. */
  constructor(line: readonly string[]) {
    this.#child = command(line).spawn();
    this.#log = this.#child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Waits for such a line of its log, and gives what the first group of the pattern is. */
  async says(like: RegExp): Promise<string> {
    for (;;) {
      const found = like.exec(this.#text);
      if (found !== null) return found[1] ?? "";
      const { value, done } = await this.#log.read();
      assert(!done, `It ended without a line like ${like}: ${this.#text}`);
      this.#text += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    // Wine's own services have these pipes too if they started with it: nobody waits for their end.
    await Promise.all([this.#log.cancel(), this.#child.stdout.cancel()]);
  }
}

function command(line: readonly string[]): Deno.Command {
  const deno = ["run", "--quiet", "--no-prompt", "--no-check", "-P=windlass-windows", "mod.ts"];
  return new Deno.Command(DENO, {
    args: [...deno, ...line],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
