/**
 * Finds and opens the system's libraries. With `--allow-ffi` for everything the bare name is enough;
 * with `--allow-ffi=PATH` Deno takes a name for a file of the working directory, so the places where
 * systems keep the library are tried too. Nobody is ever asked for a permission.
 *
 * @module
 */

/** Where the libraries are: by name, and in the places of Debian, Red Hat, Arch and Windows. */
export const LIBRARIES = {
  /** glibc. musl has another name, and its users take the portable data path. */
  libc: [
    "libc.so.6",
    `/lib/${Deno.build.arch}-linux-gnu/libc.so.6`,
    "/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
  ],
  /** Winsock. */
  winsock: ["ws2_32.dll", "C:\\Windows\\System32\\ws2_32.dll"],
  /** The part of Windows that knows about handles. */
  kernel: ["kernel32.dll", "C:\\Windows\\System32\\kernel32.dll"],
} as const;

/**
 * Opens a library by the first of its names that may be opened and is there.
 *
 * @throws {Error} If there is none, or a function is missing.
 */
export function openLibrary<const Symbols extends Deno.ForeignLibraryInterface>(
  names: readonly string[],
  symbols: Symbols,
): Deno.DynamicLibrary<Symbols> {
  const met: string[] = [];
  for (const path of names) {
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
    try {
      return Deno.dlopen(path, symbols);
    } catch (error) {
      met.push(error instanceof Error ? error.message : String(error));
    }
  }
  const [name] = names;
  throw new Error(
    met.length === 0
      ? `Cannot load "${name}" for the native data path: it needs --allow-ffi, or --allow-ffi=PATH ` +
        `with one of ${names.slice(1).join(", ")}`
      : `Cannot load "${name}" for the native data path: ${met.join("; ")}`,
  );
}
