/**
 * What the tests of this folder share: a server on a free port that goes with its test, a client
 * that speaks plain HTTP to it, and a few objects.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SILENT } from "../../../core/mod.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "./api_server.ts";
import { isObject, type Json, type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import type { StoredObject } from "./resources.ts";
import { asStored } from "./store.ts";

/** The time of day on every test server. */
export const NOW: Date = new Date("2026-01-01T00:00:00Z");

/** What a request asks for beside its path. */
export interface Extra {
  /** The body. */
  readonly body?: Json;
  /** Its Content-Type. @default "application/json" */
  readonly type?: string;
  /** The Accept header. @default "application/json" */
  readonly accept?: string;
}

/** What came back. */
export interface Reply {
  /** The HTTP status code. */
  readonly code: number;
  /** The document. */
  readonly body: JsonObject;
}

/** A server for one test. */
export interface TestServer extends AsyncDisposable {
  /** The server. */
  readonly server: ApiServer;
  /** Sends a request and reads the whole answer. */
  send(method: string, path: string, extra?: Extra): Promise<Reply>;
  /** Opens a watch. */
  watch(path: string, extra?: Extra): Promise<WatchReader>;
}

/** Reads a watch event by event. */
export interface WatchReader extends AsyncDisposable {
  /** The next event, `null` at the end of the stream. */
  next(): Promise<{ readonly type: string; readonly object: JsonObject } | null>;
  /** The next events as `TYPE name`, as many as are asked for. */
  take(count: number): Promise<readonly string[]>;
}

/** Starts a server on a free port. */
export async function testServer(options: Partial<ApiServerOptions> = {}): Promise<TestServer> {
  const server = await startApiServer({ now: () => NOW, log: SILENT, ...options });
  return {
    server,
    async send(method, path, extra = {}) {
      const response = await request(server, { method, path, ...extra });
      const text = await response.text();
      const body: Json = text.startsWith("{") ? JSON.parse(text) : { text };
      assert(isObject(body));
      return { code: response.status, body };
    },
    async watch(path, extra = {}) {
      const response = await request(server, { method: "GET", path, ...extra });
      assert.equal(response.status, 200);
      assert(response.body !== null);
      return readerOf(response.body);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function request(
  { url }: ApiServer,
  { method, path, body, type, accept }: Extra & { readonly method: string; readonly path: string },
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: {
      accept: accept ?? "application/json",
      ...(body === undefined ? {} : { "content-type": type ?? "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Reads the events of a stream of lines. */
export function readerOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): WatchReader {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  const next: WatchReader["next"] = async () => {
    while (!buffered.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) return null;
      buffered += value;
    }
    const end = buffered.indexOf("\n");
    const event: Json = JSON.parse(buffered.slice(0, end));
    buffered = buffered.slice(end + 1);
    assert(isObject(event) && isObject(event["object"]));
    return { type: textAt(event, "type"), object: event["object"] };
  };
  return {
    next,
    async take(count) {
      const events: string[] = [];
      while (events.length < count) {
        const event = await next();
        if (event === null) return [...events, "END"];
        events.push(`${event.type} ${textAt(event.object, "metadata", "name")}`.trim());
      }
      return events;
    },
    [Symbol.asyncDispose]: () => reader.cancel().catch(ignoreCut),
  };
}

/** A stream that the server cut is already at its end: there is nothing left to cancel. */
function ignoreCut(error: unknown): void {
  if (!(error instanceof TypeError)) throw error;
}

/** A Service with one port; `spec` and `labels` go over it. */
export function service(
  name: string,
  { spec = {}, labels = {} }: { readonly spec?: JsonObject; readonly labels?: JsonObject } = {},
): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels },
    spec: { ports: [{ port: 80 }], ...spec },
  };
}

/** An object as the store holds it, in namespace `default` unless `metadata` says otherwise. */
export function stored(kind: string, fields: JsonObject = {}): StoredObject {
  return asStored({
    apiVersion: "v1",
    kind,
    ...fields,
    metadata: {
      name: "web",
      namespace: "default",
      uid: "1",
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      generation: 1,
      ...objectAt(fields, "metadata"),
    },
  });
}

/** The names of the objects in a list. */
export function names(list: JsonObject): readonly string[] {
  return listAt(list, "items").map((item) => textAt(item, "metadata", "name"));
}

/** The resourceVersion of an object or a list. */
export function versionOf(object: JsonObject): string {
  return textAt(object, "metadata", "resourceVersion");
}
