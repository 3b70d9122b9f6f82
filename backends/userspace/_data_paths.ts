/**
 * Every data path, for the tests that each of them must pass.
 *
 * @module
 */
import type { UserspaceOptions } from "./options.ts";
import { whyNotNative } from "./workers/mod.ts";

/** The data paths, with the reason where one cannot be tried here. */
const PATHS: readonly {
  readonly name: string;
  readonly options: UserspaceOptions;
  readonly whyNot: string | null;
}[] = [
  { name: "portable", options: {}, whyNot: null },
  { name: "portable, in workers", options: { workers: 2, dataPath: "deno" }, whyNot: null },
  {
    name: "native, in workers",
    options: { workers: 2, dataPath: "native" },
    whyNot: whyNotNative(),
  },
];

/**
 * Registers a test for each data path; it is given the options that make a backend take that one.
 *
 * @param whyNotHere Why none of them can be tried on this system.
 */
export function onEachPath(
  title: string,
  test: (options: UserspaceOptions) => Promise<void>,
  whyNotHere: string | null = null,
): void {
  for (const { name, options, whyNot } of PATHS) {
    const why = whyNotHere ?? whyNot;
    const reason = why === null ? "" : `; not tried: ${why}`;
    Deno.test(`${title} (${name}${reason})`, { ignore: why !== null }, () => test(options));
  }
}
