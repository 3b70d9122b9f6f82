/**
 * Writes `SHA256SUMS` into a folder: one line for each file in it, as `sha256sum -c` reads them.
 *
 * Needs to read and write the folder. `deno task checksums [FOLDER]` runs it, for `dist`.
 *
 * @module
 */
import { join } from "node:path";
import { createHash } from "node:crypto";

/** The name of the file. */
export const SUMS = "SHA256SUMS";

/** The lines for the files of a folder, by name; folders in it are left out. */
export async function checksums(folder: string): Promise<string> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name !== SUMS) names.push(name);
  }
  const lines: string[] = [];
  for (const name of names.sort()) {
    lines.push(`${await sha256(join(folder, name))}  ${name}\n`); // one at a time: they are large
  }
  return lines.join("");
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

if (import.meta.main) {
  const [folder = "dist"] = Deno.args;
  await Deno.writeTextFile(join(folder, SUMS), await checksums(folder));
}
