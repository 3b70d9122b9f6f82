/**
 * One proxied TCP connection, from the accepted socket to the end of both sides.
 *
 * @module
 */
import { addressOf } from "../../core/mod.ts";
import type { Logger } from "../../core/mod.ts";
import type { BackendAddress } from "./balancer.ts";
import type { BufferPool } from "./buffers.ts";
import type { ConnectionEvent, Rejection } from "./data_path.ts";
import { Dial, type DialOptions } from "./dial.ts";
import { type Meter, pump, type PumpOptions } from "./pump.ts";
import { messageOf, type TcpStream } from "./sockets.ts";

/**
 * When keep-alive is switched on, by which a peer that is gone without a word is noticed after hours.
 * Most connections are over by then, and the two calls were a part in thirty of what they cost.
 */
const KEEP_ALIVE_AFTER_MS = 1000;

/** What a connection needs from its listener. */
export interface ConnectionOptions {
  /** The listener's key. */
  readonly listener: string;
  /** Gives the service port that the listener serves now. */
  readonly servicePort: () => string;
  /** Whether a client, given by its IP, may use the listener. */
  readonly allows: (client: string) => boolean;
  /** How to find an endpoint. */
  readonly dial: DialOptions;
  /** Where buffers come from. */
  readonly pool: BufferPool;
  /** Who says when a direction goes on after its share of bytes. */
  readonly turns: PumpOptions["turns"];
  /** After how many bytes a direction gives the others a turn. */
  readonly quantum: number;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Is told what happens; `null`: nobody wants to know, and nothing is made to be told. */
  readonly onEvent: ((event: ConnectionEvent) => void) | null;
}

/** One proxied TCP connection. */
export class Connection {
  readonly #client: TcpStream;
  readonly #options: ConnectionOptions;
  readonly #dial: Dial;
  /** Fixed at the start: the listener may pass to another service port while this lives. */
  readonly #service: string;
  #endpoint: TcpStream | null = null;
  #backend: BackendAddress | null = null;
  #how: "ended" | "broken" | "cut" = "ended";

  /** Takes a client's connection over. */
  constructor(client: TcpStream, options: ConnectionOptions) {
    this.#client = client;
    this.#options = options;
    this.#service = options.servicePort();
    this.#dial = new Dial(options.dial, client.remoteAddr.hostname);
  }

  /** Carries it to its end. Never rejects; answers how it went. */
  async run(): Promise<"ended" | "broken" | "cut" | Rejection> {
    const { listener, allows, log, onEvent } = this.#options;
    log.v(3)?.info("Accepted TCP connection", {
      service: this.#service,
      client: this.#clientText(),
      listener,
    });
    if (!allows(this.#client.remoteAddr.hostname)) return this.#reject("source-not-allowed");
    const dialled = await this.#dial.run();
    if (!dialled.ok) return this.#reject(dialled.why);
    const { stream, backend } = dialled;
    log.v(3)?.info("Mapped service to endpoint", {
      service: this.#service,
      client: this.#clientText(),
      endpoint: backend.address,
    });
    onEvent?.({
      type: "mapped",
      listener,
      client: this.#clientText(),
      backend: backend.address,
    });
    this.#backend = backend;
    await this.#carry(stream, backend);
    return this.#how;
  }

  /** Ends it now, whatever is under way. */
  cut(): void {
    this.#dial.stop();
    this.#reset("cut");
  }

  /** Ends it now if the listener still serves its service port and its endpoint was removed. */
  cutIfRemoved(): void {
    if (this.#isRemoved()) this.#reset("cut");
  }

  #isRemoved(): boolean {
    return this.#backend !== null && this.#backend.removed &&
      this.#service === this.#options.servicePort();
  }

  #reject(why: Rejection): Rejection {
    const { listener, log, onEvent } = this.#options;
    const client = this.#clientText();
    close(this.#client);
    if (why !== "stopped") {
      const fields = { service: this.#service, client, listener, why };
      log.v(2)?.info("Closed a connection without proxying it", fields);
    }
    onEvent?.({ type: "rejected", listener, client, why });
    return why;
  }

  async #carry(endpoint: TcpStream, backend: BackendAddress): Promise<void> {
    const { log, dial } = this.#options;
    const fromClient: Meter = { bytes: 0 };
    const toClient: Meter = { bytes: 0 };
    this.#endpoint = endpoint;
    backend.connections++;
    this.cutIfRemoved(); // it may have been while it was dialled
    if (this.#how === "cut") {
      close(endpoint); // told to stop in the moment in which the endpoint answered
    } else {
      this.#onBoth((stream) => stream.setNoDelay(true)); // small writes go out at once
      const cancel = dial.patience.after(
        KEEP_ALIVE_AFTER_MS,
        () => this.#onBoth((stream) => stream.setKeepAlive(true)),
      );
      log.v(4)?.info("Creating proxy", {
        service: this.#service,
        client: this.#clientText(),
        from: addressText(endpoint.localAddr),
        endpoint: backend.address,
      });
      await Promise.all([
        this.#copy(this.#client, endpoint, fromClient, backend.fromClients),
        this.#copy(endpoint, this.#client, toClient, backend.toClients),
      ]);
      cancel();
      close(this.#client);
      close(endpoint);
    }
    backend.active--;
    this.#over(backend, fromClient.bytes, toClient.bytes);
  }

  #over({ address }: BackendAddress, bytesIn: number, bytesOut: number): void {
    const { listener, log, onEvent } = this.#options;
    const how = this.#how;
    log.v(4)?.info("Proxied connection is over", {
      service: this.#service,
      client: this.#clientText(),
      endpoint: address,
      bytesIn,
      bytesOut,
      how,
    });
    onEvent?.({
      type: "closed",
      listener,
      client: this.#clientText(),
      backend: address,
      bytesIn,
      bytesOut,
      how,
    });
  }

  /** Made where it is wanted: most connections pass without a word. */
  #clientText(): string {
    return addressText(this.#client.remoteAddr);
  }

  async #copy(from: TcpStream, to: TcpStream, meter: Meter, total: Meter): Promise<void> {
    const { pool, turns, quantum } = this.#options;
    try {
      await pump({ from, to, pool, meter, total, turns, quantum });
    } catch (error) {
      this.#broke(error);
    }
  }

  #onBoth(set: (stream: TcpStream) => void): void {
    try {
      set(this.#client);
      if (this.#endpoint !== null) set(this.#endpoint);
    } catch (error) {
      this.#broke(error);
    }
  }

  /** A connection that breaks in one direction is of no use in the other. */
  #broke(error: unknown): void {
    if (this.#how !== "ended") return;
    const { log } = this.#options;
    const fields = { service: this.#service, error: messageOf(error) };
    // Peers that go away are nothing special, mistakes of this program are.
    if (error instanceof TypeError) log.error("Proxied connection broke by a bug", fields);
    else log.v(4)?.info("Proxied connection broke", fields);
    this.#reset("broken");
  }

  #reset(how: "broken" | "cut"): void {
    if (this.#how === "ended") this.#how = how;
    close(this.#client);
    if (this.#endpoint !== null) close(this.#endpoint);
  }
}

/** Closes a socket that another path may have closed already. */
function close(stream: TcpStream): void {
  try {
    stream.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function addressText(address: Deno.NetAddr): string {
  return addressOf(address.hostname, address.port);
}
