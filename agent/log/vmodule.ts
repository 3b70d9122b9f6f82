/**
 * klog's `--vmodule`: another verbosity for some parts of the program, by pattern. klog's patterns
 * name source files; ours name what stands in their place in a line (`sync`, `userspace`).
 *
 * @module
 */

/** One part of `--vmodule`: `userspace*=4`. */
export interface ModuleLevel {
  /** The pattern: `*` is any text, `?` any one letter. */
  readonly pattern: string;
  /** The verbosity of what it fits. */
  readonly level: number;
}

/** What `-v` and `--vmodule` may say at most. */
export const MOST_VERBOSE = 10;

/** Reads `pattern=N,…`. The answer is `null` if it is not of that form. */
export function parseVmodule(text: string): readonly ModuleLevel[] | null {
  const levels: ModuleLevel[] = [];
  for (const part of text.split(",").filter((each) => each !== "")) {
    const [, pattern, digits] = /^([^=]+)=(\d+)$/.exec(part.trim()) ?? [];
    if (pattern === undefined || digits === undefined) return null;
    levels.push({ pattern, level: Math.min(Number(digits), MOST_VERBOSE) });
  }
  return levels;
}

/** The verbosity of a part of the program: that of the first pattern that fits, else the common one. */
export function verbosityOf(
  component: string,
  levels: readonly ModuleLevel[],
  common: number,
): number {
  return levels.find(({ pattern }) => fits(component, pattern))?.level ?? common;
}

function fits(component: string, pattern: string): boolean {
  // klog looks at the file's name alone, unless the pattern has a slash
  const name = pattern.slice(pattern.lastIndexOf("/") + 1);
  const source = name.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(component);
}
