/**
 * Errors of the platform on their way between threads, and from codes: `instanceof` does not survive a
 * message, and the native data path knows codes only.
 *
 * @module
 */
import { codeOf, messageOf } from "./sockets.ts";

/** An error as plain data. */
export interface PlainError {
  /** The class, `AddrInUse`. */
  readonly name: string;
  /** What it says. */
  readonly message: string;
  /** The stable code, `EADDRINUSE`; `""` for none. */
  readonly code: string;
}

/** The classes that this program tells apart, by name. */
const KINDS: Readonly<Record<string, new (message: string) => Error>> = {
  AddrInUse: Deno.errors.AddrInUse,
  AddrNotAvailable: Deno.errors.AddrNotAvailable,
  NotCapable: Deno.errors.NotCapable,
  NotSupported: Deno.errors.NotSupported,
  PermissionDenied: Deno.errors.PermissionDenied,
};

/** The class of an error with such a code. */
const KIND_OF_CODE: Readonly<Record<string, string>> = {
  EADDRINUSE: "AddrInUse",
  EADDRNOTAVAIL: "AddrNotAvailable",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  EOPNOTSUPP: "NotSupported",
};

/** An error as plain data. */
export function plainError(error: unknown): PlainError {
  const name = error instanceof Error ? error.name : "Error";
  return { name, message: messageOf(error), code: codeOf(error) };
}

/** The error that it was. */
export function revivedError({ name, message, code }: PlainError): Error {
  const Kind = KINDS[name] ?? Error;
  const error = new Kind(message);
  return code === "" ? error : Object.assign(error, { code });
}

/** The error that Deno would have thrown where the system gave such a code. */
export function errorOfCode(code: string, message: string): Error {
  return revivedError({ name: KIND_OF_CODE[code] ?? "Error", message, code });
}
