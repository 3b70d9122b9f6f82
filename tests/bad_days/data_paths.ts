/**
 * The data paths that bad days, random histories and the soak are tried on.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type UserspaceOptions, whyNotNative } from "../../backends/mod.ts";

/** A data path. */
export interface DataPathCase {
  /** Its name, for the names of tests. */
  readonly name: string;
  /** The options of the backend that choose it, as plain data. */
  readonly options: UserspaceOptions;
  /** What a process that uses it may do beside the network. */
  readonly permissions: readonly string[];
  /** Whether it passes an endpoint's reset on as one; Deno's sockets have no call for that. */
  readonly resets: boolean;
  /** Why it cannot be tried here; `null` if it can. */
  readonly why: string | null;
}

/** The code of a worker is a file that it reads. */
const READS_CODE = `--allow-read=${fileURLToPath(new URL("../../", import.meta.url))}`;

/** Every data path. */
export const DATA_PATHS: readonly DataPathCase[] = [
  { name: "deno", options: {}, permissions: [], resets: false, why: null },
  {
    name: "deno in workers",
    options: { workers: 2, dataPath: "deno" },
    permissions: [READS_CODE],
    resets: false,
    why: null,
  },
  {
    name: "native",
    options: { workers: 2, dataPath: "native" },
    permissions: [READS_CODE, "--allow-ffi"],
    resets: true,
    why: whyNoNative(),
  },
];

/** Declares a test for each data path. */
export function onEachDataPath(
  name: string,
  test: (dataPath: DataPathCase) => Promise<void>,
  { ignore = false }: { readonly ignore?: boolean } = {},
): void {
  for (const dataPath of DATA_PATHS) {
    const { why } = dataPath;
    Deno.test({
      name: `${dataPath.name}: ${name}${why === null ? "" : ` (left out: ${why})`}`,
      ignore: ignore || why !== null,
      fn: () => test(dataPath),
    });
  }
}

/** The self-test calls the system, so whether that is allowed must be asked first. */
function whyNoNative(): string | null {
  const { state } = Deno.permissions.querySync({ name: "ffi" });
  return state === "granted" ? whyNotNative() : "needs --allow-ffi";
}
