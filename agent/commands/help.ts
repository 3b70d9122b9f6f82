/**
 * `windlass help`.
 *
 * @module
 */
import { formHelp, overview } from "../cli/help.ts";
import { resolve } from "../cli/resolve.ts";
import { EXIT } from "../exit_code.ts";
import type { CommandContext } from "./command.ts";

/** Runs `windlass help [COMMAND]`. */
export function run({ form, io }: CommandContext): Promise<number> {
  io.stdout.write(form.rest.length === 0 ? overview() : formHelp(resolve(form.rest)));
  return Promise.resolve(EXIT.done);
}
