/**
 * An HTTP listener that can be cut off and come back on the same port. Needs `net`.
 *
 * @module
 */

/** Where to listen. */
export interface Address {
  /** The address. */
  readonly hostname: string;
  /** The port, 0 for any that is free. */
  readonly port: number;
}

/** Handlers do not throw, so this is a body that broke off: by a cut, or as a test wants. */
function brokenBody(): Response {
  return new Response(null, { status: 500 });
}

/** Listens, is cut, listens again. */
export class Listener {
  readonly #hostname: string;
  readonly #handler: (request: Request) => Promise<Response>;
  #port: number;
  #closed = false;
  #open: { readonly server: Deno.HttpServer; readonly abort: AbortController } | null = null;

  /** A listener that does not listen yet. */
  constructor({ hostname, port }: Address, handler: (request: Request) => Promise<Response>) {
    this.#hostname = hostname;
    this.#port = port;
    this.#handler = handler;
  }

  /** Where it listens, or did: `http://127.0.0.1:6443`. */
  get url(): string {
    const host = this.#hostname.includes(":") ? `[${this.#hostname}]` : this.#hostname;
    return `http://${host}:${this.#port}`;
  }

  /**
   * Listens, if it does not. From the second time on, the port is that of the first.
   *
   * @throws {Error} If the address cannot be had, or the listener is closed.
   */
  async open(): Promise<void> {
    if (this.#closed) throw new Error(`Cannot listen on ${this.url} again: it was closed`);
    if (this.#open !== null) return;
    const abort = new AbortController();
    const listening = Promise.withResolvers<void>();
    const server = Deno.serve({
      hostname: this.#hostname,
      port: this.#port,
      signal: abort.signal,
      onError: brokenBody,
      onListen: ({ port }) => {
        this.#port = port;
        listening.resolve();
      },
    }, this.#handler);
    this.#open = { server, abort };
    await listening.promise;
  }

  /** Stops listening and cuts every connection, whatever is under way on it. */
  async cut(): Promise<void> {
    if (this.#open === null) return;
    const { server, abort } = this.#open;
    this.#open = null;
    abort.abort();
    await server.finished;
  }

  /** Cuts, and never listens again. */
  close(): Promise<void> {
    this.#closed = true;
    return this.cut();
  }
}
