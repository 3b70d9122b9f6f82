/**
 * Where this program is, and how Windows starts it again.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where this program is. */
export interface ProgramPlace {
  /** What to start, and the arguments that come before those of the command line. */
  readonly start: readonly string[];
  /** The folder that it lies in. */
  readonly folder: string;
}

/**
 * The exe itself; or, where the sources or the bundle are run by a `deno` of their own, that one with
 * the permissions in the `deno.json` beside them.
 */
export function programPlace(): ProgramPlace {
  const program = Deno.execPath();
  if (Deno.build.standalone) return { start: [program], folder: dirname(program) };
  const main = fileURLToPath(Deno.mainModule);
  const folder = dirname(main);
  const config = `--config=${join(folder, "deno.json")}`;
  return { start: [program, "run", "--no-prompt", config, "-P=windlass-windows", main], folder };
}
