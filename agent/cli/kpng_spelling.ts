/**
 * KPNG's own spellings, turned into those of this program: `local to-X`, `kube to-local to-X`,
 * `kube --to-local=to-X`.
 *
 * @module
 */
import type { Lexed } from "./lex.ts";

/**
 * The command line in this program's spelling. KPNG's `local` is a server's node-local API, which is
 * what `api` reads here, whether `to-local` is said once more or not; its `api to-local` reads the
 * global one.
 */
export function modernSpelling(lexed: Lexed): Lexed {
  const { words, flags } = foldFlag(lexed);
  const [first, second, ...rest] = words;
  if (first === "local") {
    const after = second === "to-local" ? rest : words.slice(1);
    return { words: ["api", ...after], flags };
  }
  if (first === undefined || second !== "to-local") return { words, flags };
  const global = { spelled: "--global", name: "global", value: null };
  return { words: [first, ...rest], flags: first === "api" ? [...flags, global] : flags };
}

/** `--to-local=to-X` and `--to-local to-X` are the words `to-local to-X`. */
function foldFlag({ words, flags }: Lexed): Lexed {
  const given = flags.find(({ name }) => name === "to-local");
  if (given === undefined) return { words, flags };
  const [first, ...rest] = words;
  const sink = given.value === null ? [] : [given.value];
  return {
    words: first === undefined ? words : [first, "to-local", ...sink, ...rest],
    flags: flags.filter((flag) => flag !== given),
  };
}
