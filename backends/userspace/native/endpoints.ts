/**
 * Endpoints laid out for `connect`, made once for each text that `choose` answers with.
 *
 * @module
 */
import { type Family, parseEndpoint, type SockAddr, sockAddrOf } from "./sockaddr.ts";

/** An endpoint. */
export interface Endpoint {
  /** What `choose` called it. */
  readonly text: string;
  /** The family of its address. */
  readonly family: Family;
  /** Its address. */
  readonly address: SockAddr;
}

/** How many endpoints are remembered; beyond, all are forgotten and made again as they are used. */
const REMEMBERED = 16_384;

/** Remembers endpoints by their text. */
export class Endpoints {
  readonly #inet6: number;
  readonly #known = new Map<string, Endpoint>();

  /** Lays IPv6 out under the family number of the system. */
  constructor(inet6: number) {
    this.#inet6 = inet6;
  }

  /** The endpoint of a text; `null` if the text is none. */
  get(text: string): Endpoint | null {
    return this.#known.get(text) ?? this.#make(text);
  }

  #make(text: string): Endpoint | null {
    const parsed = parseEndpoint(text);
    if (parsed === null) return null;
    const address = sockAddrOf(parsed.ip, parsed.port, this.#inet6);
    const endpoint = { text, family: parsed.family, address };
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(text, endpoint);
    return endpoint;
  }
}
