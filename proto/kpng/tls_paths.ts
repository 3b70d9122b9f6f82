/**
 * Where KPNG's three TLS files are. Apart from reading them, which takes `node:crypto`.
 *
 * @module
 */

/** The paths, `null` where none is given. */
export interface TlsPaths {
  /** The private key. */
  readonly key: string | null;
  /** The certificate, with what stands between it and its authority. */
  readonly crt: string | null;
  /** The authority that the other side's certificate must come from. */
  readonly ca: string | null;
}

/** No TLS. */
export const NO_TLS: TlsPaths = { key: null, crt: null, ca: null };

/** Whether TLS is asked for. */
export function wantsTls({ key, crt, ca }: TlsPaths): boolean {
  return key !== null || crt !== null || ca !== null;
}
