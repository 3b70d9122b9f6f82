/**
 * What a request to the API server carries: headers, and certificates for TLS. Files are read again
 * after a minute, as client-go does, so tokens and certificates may be rotated. Needs read permission
 * for the files.
 *
 * @module
 */

/** What one request carries. */
export interface Credentials {
  /** Headers, such as `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM certificates of the authorities that the server may be signed by, `null` for the usual ones. */
  readonly ca: string | null;
  /** The PEM certificate that the client shows, `null` for none. */
  readonly cert: string | null;
  /** The PEM private key of that certificate. */
  readonly key: string | null;
}

/** Gives the credentials of the moment. */
export interface CredentialSource {
  /** The credentials to use now. */
  current(): Promise<Credentials>;
  /** Makes the next call look anew, because the server did not like what it was given. */
  renew(): void;
}

/** Something secret or certified: its text, or the file that holds it. */
export type Material = { readonly text: string } | { readonly file: string };

/** Credentials that are written down somewhere, each `null` if there is none. */
export interface StoredCredentials {
  /** Headers that never change. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bearer token. */
  readonly token: Material | null;
  /** The certificates of the server's authorities, PEM. */
  readonly ca: Material | null;
  /** The client's certificate, PEM. */
  readonly cert: Material | null;
  /** The client's private key, PEM. */
  readonly key: Material | null;
}

/** No credentials at all. */
export const NO_CREDENTIALS: StoredCredentials = {
  headers: {},
  token: null,
  ca: null,
  cert: null,
  key: null,
};

const FRESH_MS = 60_000;

/** Gives stored credentials; `now` is the clock in milliseconds. */
export function storedCredentials(
  stored: StoredCredentials,
  now: () => number,
): CredentialSource {
  let known: Credentials | null = null;
  let readAt = -Infinity;
  return {
    async current() {
      if (known !== null && now() - readAt < FRESH_MS) return known;
      try {
        known = await read(stored);
        readAt = now();
      } catch (error) {
        if (known === null) throw error;
        // A file that is just being replaced: what it held may still do, and is read next time.
      }
      return known;
    },
    renew() {
      readAt = -Infinity;
    },
  };
}

async function read(stored: StoredCredentials): Promise<Credentials> {
  const { headers, token: tokenAt } = stored;
  const token = await textOf(tokenAt);
  const ca = await textOf(stored.ca);
  if (ca !== null && !/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(ca)) {
    throw new TypeError(`the certificate authority${placeOf(stored.ca)} holds no PEM certificate`);
  }
  return {
    headers: token === null ? headers : { ...headers, authorization: `Bearer ${token.trim()}` },
    ca,
    cert: await textOf(stored.cert),
    key: await textOf(stored.key),
  };
}

async function textOf(material: Material | null): Promise<string | null> {
  if (material === null) return null;
  return "text" in material ? material.text : await Deno.readTextFile(material.file);
}

function placeOf(material: Material | null): string {
  return material !== null && "file" in material ? ` in "${material.file}"` : "";
}
