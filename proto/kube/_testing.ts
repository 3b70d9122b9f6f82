/**
 * What the tests of this room share: an API server whose every answer the test gives itself, and a clock
 * that stands still until the test moves it. Nothing here waits for time to pass.
 *
 * @module
 */
import type { ClusterEvent } from "../../core/mod.ts";
import type { SourceReport, SourceSink } from "../source.ts";
import type { KubeConnection } from "./connection.ts";
import { NO_CREDENTIALS, storedCredentials } from "./credentials.ts";
import { fetchTransport } from "./fetch_transport.ts";
import type { Timing } from "./timing.ts";

/** A request that waits for the test to answer it. */
export interface Asked {
  /** The path: `/api/v1/nodes`. */
  readonly path: string;
  /** The query. */
  readonly query: URLSearchParams;
  /** The headers. */
  readonly headers: Headers;
  /** Answers with JSON. */
  answer(status: number, body: unknown, headers?: Record<string, string>): void;
  /** Opens a stream for the answer, or answers with the text of one. */
  stream(): Stream;
}

/** The open body of an answer. */
export interface Stream {
  /** Sends text as it is. */
  send(text: string): void;
  /** Sends one event of a watch. */
  event(type: string, object: unknown): void;
  /** Ends the body as a server does. */
  end(): void;
  /** Breaks the connection in mid-body. */
  cut(): void;
  /** Resolves when the client has gone away. */
  readonly gone: Promise<void>;
}

/** An API server on loopback, without any logic of its own. */
export class ScriptedServer implements AsyncDisposable {
  readonly #asked = new Queue<Asked>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #open = new Set<() => void>();

  /** Starts the server, with TLS if a certificate and key are given. */
  constructor(tls: { readonly cert: string; readonly key: string } | object = {}) {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {}, onError: cutIsMeant, ...tls },
      (request) => this.#handle(request),
    );
  }

  /** The server's port. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** The next request whose path ends so: for a page of a list, a watch, or a streaming list. */
  next(ending: string, verb: "list" | "watch" | "stream"): Promise<Asked> {
    return this.#asked.take(({ path, query }) => path.endsWith(ending) && verbOf(query) === verb);
  }

  /** Stops, breaking what is still open. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#open) close();
    await this.#server.shutdown();
  }

  #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const { promise, resolve } = Promise.withResolvers<Response>();
    const giveUp = () => resolve(new Response(null, { status: 503 }));
    this.#open.add(giveUp);
    this.#asked.put({
      path: url.pathname,
      query: url.searchParams,
      headers: new Headers(request.headers), // which go with the connection
      answer: (status, body, headers = {}) =>
        resolve(new Response(JSON.stringify(body), { status, headers })),
      stream: () => this.#stream(resolve),
    });
    return promise.finally(() => this.#open.delete(giveUp));
  }

  #stream(respond: (response: Response) => void): Stream {
    const encoder = new TextEncoder();
    const gone = Promise.withResolvers<void>();
    let open = true;
    let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (given) => void (controller = given),
      cancel() {
        open = false;
        gone.resolve();
      },
    });
    const finish = (how: () => void) => {
      this.#open.delete(cut);
      if (open) how();
      open = false;
    };
    const cut = () => finish(() => controller?.error(new Error("cut by the test")));
    this.#open.add(cut);
    respond(new Response(body));
    const send = (text: string) => controller?.enqueue(encoder.encode(text));
    return {
      send,
      event: (type, object) => send(`${JSON.stringify({ type, object })}\n`),
      end: () => finish(() => controller?.close()),
      cut,
      gone: gone.promise,
    };
  }
}

function verbOf(query: URLSearchParams): "list" | "watch" | "stream" {
  if (query.get("sendInitialEvents") === "true") return "stream";
  return query.get("watch") === "true" ? "watch" : "list";
}

/** Deno would print the error by which a body is cut. */
function cutIsMeant(): Response {
  return new Response(null, { status: 500 });
}

/** A plain connection to a server on loopback. */
export function plainConnection(port: number): KubeConnection & { renewals: number } {
  const server = `http://127.0.0.1:${port}`;
  const transport = fetchTransport(null);
  const credentials = storedCredentials(NO_CREDENTIALS, () => 0);
  return {
    server,
    notes: [],
    renewals: 0,
    async get(path, signal) {
      return await transport.send(server + path, await credentials.current(), signal, null);
    },
    renew() {
      this.renewals++;
      transport.renew();
    },
    close: () => transport.close(),
  };
}

/** A clock that stands still until the test moves it; its dice always show one half. */
export class ManualTiming implements Timing {
  readonly #timers = new Queue<{ readonly ms: number; readonly ring: () => void }>();
  #now = 0;

  /** The time to which the test has moved the clock. */
  readonly now = (): number => this.#now;

  /** Always one half. */
  readonly random = (): number => 0.5;

  /** Sets a timer for {@linkcode elapse}. */
  after(ms: number, then: () => void): () => void {
    const timer = { ms, ring: then };
    this.#timers.put(timer);
    return () => this.#timers.drop(timer);
  }

  /** Waits until a timer of exactly that length is set, and lets it go off. */
  async elapse(ms: number): Promise<void> {
    const timer = await this.#timers.take((each) => each.ms === ms);
    this.#now += ms;
    timer.ring();
  }
}

/** A sink that keeps what it is told, for tests that wait for it. */
export class Heard implements SourceSink {
  readonly #events = new Queue<ClusterEvent>();
  readonly #reports = new Queue<SourceReport>();

  /** Keeps events. */
  readonly events = (batch: readonly ClusterEvent[]): void => {
    for (const event of batch) this.#events.put(event);
  };
  /** Keeps a report. */
  readonly report = (report: SourceReport): void => this.#reports.put(report);

  /** The next event in words: `Node list n1, n2 (bad)`, `Node upsert n1`. */
  async event(): Promise<string> {
    return describe(await this.#events.take(() => true));
  }

  /** The next report in words. */
  async reported(): Promise<string> {
    const { severity, message } = await this.#reports.take(() => true);
    return `${severity}: ${message}`;
  }

  /** What was told and not taken yet. */
  get left(): readonly string[] {
    return [
      ...this.#events.waiting.map(describe),
      ...this.#reports.waiting.map(({ severity, message }) => `${severity}: ${message}`),
    ];
  }
}

function describe(event: ClusterEvent): string {
  switch (event.type) {
    case "upsert":
      return `${event.object.kind} upsert ${event.object.name}`;
    case "delete":
      return `${event.ref.kind} delete ${event.ref.name}`;
    case "list": {
      const names = event.objects.map(({ name }) => name);
      const bad = event.unreadable.map(({ name }) => `(${name})`);
      return `${event.kind} list ${[...names, ...bad].join(", ")}`;
    }
  }
}

/** Items that are waited for. */
class Queue<T> {
  readonly waiting: T[] = [];
  readonly #takers: { readonly fits: (item: T) => boolean; readonly take: (item: T) => void }[] =
    [];

  put(item: T): void {
    const index = this.#takers.findIndex(({ fits }) => fits(item));
    const [taker] = index < 0 ? [] : this.#takers.splice(index, 1);
    if (taker === undefined) this.waiting.push(item);
    else taker.take(item);
  }

  take(fits: (item: T) => boolean): Promise<T> {
    const index = this.waiting.findIndex(fits);
    const [item] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((take) => this.#takers.push({ fits, take }));
  }

  drop(item: T): void {
    const index = this.waiting.indexOf(item);
    if (index >= 0) this.waiting.splice(index, 1);
  }
}
