/**
 * The source VIP of an overlay network, where it is for somebody else to find: once for each network,
 * and again when the CNI has made the network anew.
 *
 * @module
 */

/** What came of looking for a source VIP. */
export type FoundSourceVip =
  | {
    /** There is one. */
    readonly ok: true;
    /** The address. */
    readonly ip: string;
  }
  | {
    /** There is none that can be used. */
    readonly ok: false;
    /** Why, for the log. */
    readonly error: string;
  };

/** Finds the source VIP of the overlay network with that id. */
export type FindSourceVip = (networkId: string, signal: AbortSignal) => Promise<FoundSourceVip>;

/** Keeps what was found. A failure is not kept: whoever asks next looks again. */
export class SourceVipKeeper {
  readonly #find: FindSourceVip;
  #networkId = "";
  #found: FoundSourceVip | null = null;

  constructor(find: FindSourceVip) {
    this.#find = find;
  }

  /** The source VIP of the network. */
  async on(networkId: string, signal: AbortSignal): Promise<FoundSourceVip> {
    const id = networkId.toLowerCase(); // HNS changes the case between answers
    if (this.#found !== null && this.#networkId === id) return this.#found;
    const found = await this.#find(networkId, signal);
    this.#networkId = id;
    this.#found = found.ok ? found : null;
    return found;
  }
}
