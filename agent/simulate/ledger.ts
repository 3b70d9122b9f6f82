/**
 * Who holds which connection at the far end. The client and the pod both enter what they see, so
 * that the end of a connection can be told apart: the pod let go of it, or something between did.
 *
 * @module
 */

/** What is known of one connection. */
export interface ConnectionRecord {
  /** The endpoint of the pod that got its first request, `null` while none has. */
  readonly endpoint: string | null;
  /** Whether that pod closed it of its own will: it had finished, or it died. */
  readonly closedByPod: boolean;
}

const UNSEEN: ConnectionRecord = { endpoint: null, closedByPod: false };

/** The connections that are open, by number. */
export class Ledger {
  readonly #records = new Map<number, ConnectionRecord>();
  #last = 0;

  /** Opens a record for a new connection and gives the connection its number. */
  open(): number {
    this.#last += 1;
    this.#records.set(this.#last, UNSEEN);
    return this.#last;
  }

  /** Enters the pod that got a request; the first one counts. */
  claim(connection: number, endpoint: string): void {
    const record = this.#records.get(connection);
    if (record?.endpoint === null) this.#records.set(connection, { ...record, endpoint });
  }

  /** Enters that the pod lets go of the connection. */
  closedByPod(connection: number): void {
    const record = this.#records.get(connection);
    if (record !== undefined) this.#records.set(connection, { ...record, closedByPod: true });
  }

  /** What is known of the connection. */
  read(connection: number): ConnectionRecord {
    return this.#records.get(connection) ?? UNSEEN;
  }

  /** Drops the record: the client is done with the connection. */
  close(connection: number): void {
    this.#records.delete(connection);
  }

  /** How many connections are open. */
  get size(): number {
    return this.#records.size;
  }
}
