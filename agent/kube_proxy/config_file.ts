/**
 * Reads the text of a configuration file. Needs read permission.
 *
 * @module
 */
import { decodeText } from "../../proto/mod.ts";

/**
 * The text of the file. PowerShell likes to write UTF-16, which is read as well.
 *
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {TypeError} If it is no text.
 */
export async function readConfigFile(path: string): Promise<string> {
  const text = decodeText(await Deno.readFile(path));
  if (text === null) throw new TypeError("it is no text; write it in UTF-8");
  return text;
}
