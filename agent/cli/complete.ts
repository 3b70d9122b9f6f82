/**
 * Completion: which words may come next on a command line, from the same tables as everything else.
 *
 * @module
 */
import { kubeProxyFlagNames } from "../kube_proxy/help.ts";
import type { Flag } from "./flag.ts";
import { FLAGS } from "./flags.ts";
import { lex, lexiconOf } from "./lex.ts";
import { flagsOf, type Form, resolve } from "./resolve.ts";
import { UsageError } from "./usage_error.ts";
import {
  commandNames,
  HNS_ACTIONS,
  SERVICE_ACTIONS,
  SHELLS,
  sinkNames,
  sourceNames,
} from "./words.ts";

const LEXICON = lexiconOf(Object.values(FLAGS));

/**
 * What may stand in the place of the last word. Empty where anything may, as for a path: the shell
 * then offers files.
 */
export function complete(words: readonly string[]): readonly string[] {
  const last = (words.at(-1) ?? "").replace(/^''$/, ""); // PowerShell's way to give an empty word
  const before = words.slice(0, -1);
  const candidates = candidatesAfter(before, last);
  return candidates.filter((each) => each.startsWith(last)).sort();
}

function candidatesAfter(before: readonly string[], last: string): readonly string[] {
  if (isKubeProxyLine(before)) return last.startsWith("-") ? kubeProxyFlagNames() : [];
  const lexed = lex(before, LEXICON);
  const form = formOf(lexed.words);
  const [flagName, value] = splitFlag(last);
  if (value !== null) return choicesOf(flagName, form).map((each) => `${flagName}=${each}`);
  const open = lexed.flags.at(-1);
  // a flag at the end that still lacks its value
  if (open?.value === null && before.at(-1) === open.spelled && LEXICON.takesValue.get(open.name)) {
    return choicesOf(`--${open.name}`, form);
  }
  if (last.startsWith("-")) {
    return form === null ? ["--help"] : flagsOf(form).map((id) => `--${FLAGS[id].name}`);
  }
  return wordsAfter(lexed.words, form);
}

/** Whether the words begin kube-proxy's own command line, which has flags of its own. */
function isKubeProxyLine([first = ""]: readonly string[]): boolean {
  return first === "kube-proxy" || (first.startsWith("-") && !["-h", "--help"].includes(first));
}

function wordsAfter(words: readonly string[], form: Form | null): readonly string[] {
  if (words.length === 0) return [...commandNames(), ...sourceNames()];
  if (form?.run === "help") return [...commandNames(), ...sourceNames(), ...sinkNames()];
  switch (form?.missing) {
    case "SOURCE":
      return sourceNames();
    case "SINK":
      return sinkNames();
    case "ACTION":
      return form.run === "service" ? SERVICE_ACTIONS : HNS_ACTIONS;
    case "SHELL":
      return SHELLS;
    default:
      return [];
  }
}

function formOf(words: readonly string[]): Form | null {
  if (words.length === 0) return null;
  try {
    return resolve(words);
  } catch (error) {
    if (error instanceof UsageError) return null; // nothing sensible comes after a wrong word
    throw error;
  }
}

function splitFlag(word: string): readonly [string, string | null] {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  return equals < 0 ? [word, null] : [word.slice(0, equals), word.slice(equals + 1)];
}

function choicesOf(spelled: string, form: Form | null): readonly string[] {
  const ids = form === null ? [] : flagsOf(form);
  const flag: Flag | undefined = ids.map((id) => FLAGS[id])
    .find((each) => `--${each.name}` === spelled);
  return flag?.kind === "choice" ? flag.choices : [];
}
