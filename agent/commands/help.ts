/**
 * `windlass help`.
 *
 * @module
 */
import { formHelp, overview } from "../cli/help.ts";
import { resolve } from "../cli/resolve.ts";
import { EXIT } from "../exit_code.ts";
import { kubeProxyHelp } from "../kube_proxy/help.ts";
import type { CommandContext } from "./command.ts";

/** Runs `windlass help [COMMAND]`. */
export function run({ form, io }: CommandContext): Promise<number> {
  io.stdout.write(helpOn(form.rest));
  return Promise.resolve(EXIT.done);
}

function helpOn(words: readonly string[]): string {
  if (words.length === 0) return overview();
  const form = resolve(words);
  return form.run === "kube-proxy" ? kubeProxyHelp() : formHelp(form);
}
