/**
 * What clients and pods say to each other: a header line and that many bytes, on any number of
 * requests over one connection, or in one datagram. A reply begins with the name of the endpoint
 * that gives it.
 *
 * ```text
 * request: <connection> <sequence> <bytes>\n<payload>
 * reply:   <endpoint> <connection> <sequence> <bytes>\n<payload>
 * ```
 *
 * @module
 */

/** The most bytes that one request carries. */
export const MOST_PAYLOAD = 64 * 1024;

const MOST_LINE = 128;
const PATTERN_PERIOD = 251; // a prime, so that a shifted or doubled block never looks right
const PATTERN = Uint8Array.from({ length: MOST_PAYLOAD + PATTERN_PERIOD }, (_, i) => {
  return i % PATTERN_PERIOD;
});
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What is asked, and must come back unchanged. */
export interface Request {
  /** The number of the connection, unique in the simulation. */
  readonly connection: number;
  /** The number of the request on its connection. */
  readonly sequence: number;
  /** How many bytes it carries, at most {@linkcode MOST_PAYLOAD}. */
  readonly bytes: number;
}

/** What is answered. */
export interface Reply extends Request {
  /** The endpoint that answers, `ip:port`. */
  readonly endpoint: string;
}

/** The bytes that a request carries: they differ from one sequence number to the next. */
export function payloadOf(request: Request): Uint8Array<ArrayBuffer> {
  const start = request.sequence % PATTERN_PERIOD;
  return PATTERN.subarray(start, start + request.bytes);
}

/** A request as bytes. */
export function encodeRequest(request: Request): Uint8Array<ArrayBuffer> {
  return frame(headerOf(request), payloadOf(request));
}

/** A reply as bytes, with the payload that came in. */
export function encodeReply(reply: Reply, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame(`${reply.endpoint} ${headerOf(reply)}`, payload);
}

function headerOf(request: Request): string {
  return `${request.connection} ${request.sequence} ${request.bytes}\n`;
}

function frame(header: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(header.length + payload.length);
  encoder.encodeInto(header, bytes);
  bytes.set(payload, header.length);
  return bytes;
}

/** The request in a header line, or `null` if the line is none. */
export function parseRequest(line: string): Request | null {
  const match = /^(\d+) (\d+) (\d+)$/.exec(line);
  if (match === null) return null;
  const [connection, sequence, bytes] = match.slice(1).map(Number);
  if (connection === undefined || sequence === undefined || bytes === undefined) return null;
  return bytes > MOST_PAYLOAD ? null : { connection, sequence, bytes };
}

/** The reply in a header line, or `null` if the line is none. */
export function parseReply(line: string): Reply | null {
  const space = line.indexOf(" ");
  const request = parseRequest(line.slice(space + 1));
  return space < 1 || request === null ? null : { endpoint: line.slice(0, space), ...request };
}

/** The request that a datagram is, and its payload; `null` if it is none. */
export function readRequest(
  datagram: Uint8Array,
): { readonly request: Request; readonly payload: Uint8Array } | null {
  const { line, payload } = splitDatagram(datagram);
  const request = parseRequest(line);
  return request === null ? null : { request, payload };
}

/** The reply that a datagram is, and its payload; `null` if it is none. */
export function readReply(
  datagram: Uint8Array,
): { readonly reply: Reply; readonly payload: Uint8Array } | null {
  const { line, payload } = splitDatagram(datagram);
  const reply = parseReply(line);
  return reply === null ? null : { reply, payload };
}

function splitDatagram(datagram: Uint8Array) {
  const end = datagram.subarray(0, MOST_LINE).indexOf(10);
  const line = decoder.decode(datagram.subarray(0, Math.max(0, end)));
  return { line, payload: datagram.subarray(end + 1) };
}

/** Whether the payload is the request's, byte for byte. */
export function carries(request: Request, payload: Uint8Array): boolean {
  const expected = payloadOf(request);
  return payload.length === expected.length &&
    payload.every((byte, index) => byte === expected[index]);
}

/** The part of a connection that frames need. */
export interface Bytes {
  /** Reads some bytes; `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes; answers how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes all of the bytes. */
export async function writeAll(to: Bytes, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}

/** Reads header lines and payloads from a connection. */
export class FrameReader {
  readonly #from: Bytes;
  readonly #chunk = new Uint8Array(4096);
  #rest = this.#chunk.subarray(0, 0);

  /** A reader of the connection's bytes; nobody else may read them. */
  constructor(from: Bytes) {
    this.#from = from;
  }

  /**
   * The next line without its end, or `null` where the peer ended the connection before it. A line
   * that is too long or cut off in its middle is given as it is: it parses as nothing.
   */
  async line(): Promise<string | null> {
    let text = "";
    while (text.length < MOST_LINE) {
      if (!await this.#fill()) return text === "" ? null : text;
      const end = this.#rest.indexOf(10);
      if (end >= 0) {
        text += decoder.decode(this.#take(end + 1));
        return text.slice(0, -1);
      }
      text += decoder.decode(this.#take(this.#rest.length));
    }
    return text;
  }

  /** The next bytes, fewer if the peer ends the connection before. */
  async exactly(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(count);
    let have = 0;
    while (have < count && await this.#fill()) {
      const part = this.#take(Math.min(count - have, this.#rest.length));
      bytes.set(part, have);
      have += part.length;
    }
    return bytes.subarray(0, have);
  }

  async #fill(): Promise<boolean> {
    if (this.#rest.length > 0) return true;
    const count = await this.#from.read(this.#chunk);
    this.#rest = this.#chunk.subarray(0, count ?? 0);
    return count !== null && count > 0;
  }

  #take(count: number): Uint8Array {
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }
}
