/**
 * Why two sides that differ about TLS cannot talk, in words. What the sockets say of it is at best
 * OpenSSL's own words, and often no more than that the other side has hung up.
 *
 * @module
 */
import type { TlsFiles } from "./tls_files.ts";

/** What a server's log says of a client with which no TLS connection came about. */
export function clientFault(why: string, { ca }: TlsFiles): string {
  if (speaksNoTls(why)) return `it does not speak TLS (${why})`;
  if (!hasHungUp(why)) return why;
  // Deno says nothing else where the client's certificate was refused.
  const refused = ca === undefined ? "" : ", or its certificate is not one of the authority";
  return `it has hung up${refused} (${why})`;
}

/**
 * Whether a client has gone without a single byte: one that only looked whether the port is open, as
 * kubelets and load balancers do every few seconds.
 *
 * @param socket What comes with `tlsClientError`; it counts nothing itself before TLS has come about.
 */
export function onlyLooked(socket: unknown): boolean {
  return fieldOf(fieldOf(socket, "_parent"), "bytesRead") === 0;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** What a client says of a server whose connection failed before there was any answer. */
export function serverFault(why: string, tls: TlsFiles | null): string {
  if (speaksNoTls(why)) return `it does not speak TLS (${why})`;
  if (!hasHungUp(why)) return why;
  const hint = tls === null
    ? "it may want TLS; give --tls-ca"
    : tls.cert === undefined
    ? "it may want a certificate of its clients; give --tls-key and --tls-crt"
    : "it may not take the certificate of --tls-crt";
  return `it has hung up before any answer: ${hint} (${why})`;
}

function speaksNoTls(why: string): boolean {
  return why.includes("wrong version number");
}

function hasHungUp(why: string): boolean {
  return /\bEPIPE\b|\bECONNRESET\b|socket hang up|ended without a status/.test(why);
}
