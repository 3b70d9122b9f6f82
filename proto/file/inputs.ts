/**
 * Reads what `--input` names: files, folders of files, and standard input. Needs read permission for
 * what is on disk.
 *
 * @module
 */
import { join } from "node:path";

/** The endings of file names that are read from a folder. */
const ENDINGS = [".yaml", ".yml", ".json"];

/** What stands for standard input where a path is given. */
export const STANDARD_INPUT = "-";

/** One file as it is on disk. */
export type InputFile =
  | {
    /** It was read. */
    readonly ok: true;
    /** The path. */
    readonly path: string;
    /** A digest of the content: the same digest, the same content. */
    readonly digest: string;
    /** The content. */
    readonly bytes: Uint8Array;
  }
  | {
    /** It is there and cannot be read. */
    readonly ok: false;
    /** The path. */
    readonly path: string;
    /** Why. */
    readonly why: string;
  };

/** What a path given by the user came to. */
export type Input =
  | {
    /** It is there. */
    readonly ok: true;
    /** The path as given. */
    readonly path: string;
    /** The path without symbolic links. */
    readonly realPath: string;
    /** Whether it is a folder. */
    readonly folder: boolean;
    /** The file, or the folder's files, sorted by name. */
    readonly files: readonly InputFile[];
  }
  | {
    /** It is not there or cannot be read. */
    readonly ok: false;
    /** The path as given. */
    readonly path: string;
    /** Whether it is not there at all. */
    readonly missing: boolean;
    /** What was met. */
    readonly why: string;
  };

/** A reader of inputs. Standard input is read when it is first asked for, to its end, and remembered. */
export function inputReader(
  readStandardInput: () => Promise<Uint8Array>,
): (path: string) => Promise<Input> {
  let standard: Promise<Input> | null = null;
  return (path) =>
    path === STANDARD_INPUT ? standard ??= standardInput(readStandardInput) : readInput(path);
}

/** The bytes of standard input up to its end; nobody waits for them any more when the signal aborts. */
export async function readStandardInput(signal: AbortSignal): Promise<Uint8Array> {
  const through = Deno.stdin.readable.pipeThrough(new TransformStream(), { signal });
  return await new Response(through).bytes();
}

async function standardInput(read: () => Promise<Uint8Array>): Promise<Input> {
  const path = STANDARD_INPUT;
  try {
    const file = { ok: true, path: "standard input", digest: "", bytes: await read() } as const;
    return { ok: true, path, realPath: path, folder: false, files: [file] };
  } catch (error) {
    return { ok: false, path, missing: false, why: reasonOf(error) };
  }
}

/** Reads a file, or each `*.yaml`, `*.yml` and `*.json` of a folder. */
export async function readInput(path: string): Promise<Input> {
  try {
    const folder = (await Deno.stat(path)).isDirectory;
    const files = folder ? await filesOf(path) : [await readInputFile(path)];
    const realPath = await Deno.realPath(path);
    return { ok: true, path, realPath, folder, files: files.filter((file) => file !== null) };
  } catch (error) {
    return { ok: false, path, missing: isMissing(error), why: reasonOf(error) };
  }
}

async function filesOf(folder: string): Promise<readonly (InputFile | null)[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))) names.push(name);
  }
  return await Promise.all(names.sort().map((name) => readEntry(join(folder, name))));
}

/** A folder's entry; `null` if it is no file, or went while the folder was read. */
async function readEntry(path: string): Promise<InputFile | null> {
  try {
    return (await Deno.stat(path)).isFile ? await readInputFile(path) : null;
  } catch (error) {
    return isMissing(error) ? null : { ok: false, path, why: reasonOf(error) };
  }
}

async function readInputFile(path: string): Promise<InputFile> {
  const bytes = await Deno.readFile(path);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  return { ok: true, path, digest, bytes };
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
