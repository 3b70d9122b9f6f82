/**
 * The three TLS files of KPNG: a key, its certificate, and the authority that the other side's
 * certificate must come from. Needs read permission for them.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { SourceError } from "../source.ts";
import type { TlsPaths } from "./tls_paths.ts";

/** The files' contents, PEM. */
export interface TlsFiles {
  /** The private key. */
  readonly key?: string;
  /** The certificate. */
  readonly cert?: string;
  /** The authority. */
  readonly ca?: string;
}

/**
 * Reads the files, and checks that they are what they should be: a half-written file or a key that
 * belongs to another certificate must show here, and not when somebody connects.
 *
 * @throws {SourceError} If one cannot be read or is not what it should be.
 */
export async function loadTls({ key, crt, ca }: TlsPaths): Promise<TlsFiles> {
  if ((key === null) !== (crt === null)) {
    const [given, missing] = key === null ? ["certificate", "key"] : ["key", "certificate"];
    throw bad(`a ${given} is given without its ${missing}; give both`);
  }
  const files: TlsFiles = {
    ...(key === null ? {} : { key: await read("key", key) }),
    ...(crt === null ? {} : { cert: await read("certificate", crt) }),
    ...(ca === null ? {} : { ca: await read("authority", ca) }),
  };
  if (files.ca !== undefined) parse(`authority "${ca}"`, () => new X509Certificate(files.ca ?? ""));
  if (files.key === undefined || files.cert === undefined) return files;
  const { key: keyText, cert } = files;
  const certificate = parse(`certificate "${crt}"`, () => new X509Certificate(cert));
  const privateKey = parse(`key "${key}"`, () => createPrivateKey(keyText));
  if (certificate.checkPrivateKey(privateKey)) return files;
  throw bad(
    `the key "${key}" is not that of the certificate "${crt}"; give two that belong together`,
  );
}

async function read(what: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw bad(`the ${what} cannot be read: ${messageOf(cause)}`, cause);
  }
}

function parse<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw bad(`the ${what} is not in PEM format: ${messageOf(cause)}`, cause);
  }
}

function bad(why: string, cause?: unknown): SourceError {
  return new SourceError("bad-config", `Cannot use TLS: ${why}`, { cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
