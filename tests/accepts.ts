/**
 * Whether the program accepts a command line that a page or a manifest shows.
 *
 * @module
 */
import { FLAGS } from "../agent/cli/flags.ts";
import { lex, lexiconOf } from "../agent/cli/lex.ts";
import { readFlags } from "../agent/cli/read_flags.ts";
import { resolve } from "../agent/cli/resolve.ts";
import { readLine } from "../agent/kube_proxy/read_line.ts";

/** What the program's own parser has to know of every flag. */
export const LEXICON: ReturnType<typeof lexiconOf> = lexiconOf(Object.values(FLAGS));

/** Why the program would refuse a command line, before it does anything; `null` if it would not. */
export function whyRefused(args: readonly string[]): string | null {
  if (args.length === 0) return null;
  try {
    const [first = "", ...rest] = args;
    if (first === "kube-proxy") return readLine(rest) && null;
    if (first.startsWith("-")) return readLine(args) && null;
    const lexed = lex(args, LEXICON);
    const form = resolve(lexed.words);
    readFlags(lexed, form);
    if (form.missing !== null) return `${form.missing} is missing`;
    return form.rest.length > form.maxRest ? `unexpected argument ${form.rest.at(-1)}` : null;
  } catch (error) {
    return String(error);
  }
}
