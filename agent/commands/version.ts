/**
 * `windlass version`.
 *
 * @module
 */
import { EXIT } from "../exit_code.ts";
import { WINDLASS_VERSION } from "../version.ts";
import type { CommandContext } from "./command.ts";
import { dataText } from "./print.ts";

/** The versions of Windlass and of what it runs on. */
export const VERSION = {
  /** Windlass. */
  windlass: WINDLASS_VERSION,
  /** Deno. */
  deno: Deno.version.deno,
  /** V8, which runs the JavaScript. */
  v8: Deno.version.v8,
  /** The machine that the program was built for. */
  target: Deno.build.target,
} as const;

/** Runs `windlass version`. */
export function run({ flags, io }: CommandContext): Promise<number> {
  io.stdout.write(
    flags.outputTextJsonYaml === "text"
      ? `windlass ${VERSION.windlass} (deno ${VERSION.deno}, v8 ${VERSION.v8}, ${VERSION.target})\n`
      : dataText(VERSION, flags.outputTextJsonYaml),
  );
  return Promise.resolve(EXIT.done);
}
