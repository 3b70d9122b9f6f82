/**
 * `windlass completion`: prints the script that completes windlass' command line in a shell.
 *
 * @module
 */
import { completionScript } from "../cli/completion_scripts.ts";
import { didYouMean } from "../cli/suggest.ts";
import { UsageError } from "../cli/usage_error.ts";
import { SHELLS } from "../cli/words.ts";
import { EXIT } from "../exit_code.ts";
import type { CommandContext } from "./command.ts";

/** Runs `windlass completion SHELL`. */
export function run({ form, io }: CommandContext): Promise<number> {
  const given = form.rest[0] ?? "";
  const shell = SHELLS.find((each) => each === given);
  if (shell === undefined) {
    throw new UsageError(
      `Unknown shell "${given}"${didYouMean(given, SHELLS)}; it is one of ${SHELLS.join(", ")}`,
      form.name,
    );
  }
  io.stdout.write(completionScript(shell));
  return Promise.resolve(EXIT.done);
}
