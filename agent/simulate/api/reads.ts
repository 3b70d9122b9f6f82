/**
 * The verbs that read: get, list, watch.
 *
 * @module
 */
import { type Answer, type Call, ok } from "./call.ts";
import { type JsonObject, jsonText, textAt } from "./json.ts";
import { type Page, pageOf } from "./listing.ts";
import {
  flag,
  includeObject,
  selectionOf,
  wantedVersion,
  watchStart,
  wholeNumber,
} from "./query.ts";
import { apiVersionOf, type Resource, type StoredObject } from "./resources.ts";
import type { VersionedStore } from "./store.ts";
import { tableOf, type TableOptions } from "./table.ts";
import { type EventEncoder, tooOld, type WatchHub } from "./watch.ts";
import { eventLine, lineOf } from "./watch_events.ts";

/** What reading needs. */
export interface Reader {
  /** The objects. */
  readonly store: VersionedStore;
  /** The open watches. */
  readonly watches: WatchHub;
  /** The time of day. */
  readonly now: () => Date;
  /** How a watch from a forgotten version is refused: with an ERROR event, or with HTTP 410. */
  readonly staleWatch: "event" | "status";
}

/** A resource, and the namespace that the path names, `""` for all. */
export interface Collection {
  /** The resource. */
  readonly resource: Resource;
  /** The namespace. */
  readonly namespace: string;
}

/** One object, in the form that the client wants. */
export function answerObject(
  { now }: Pick<Reader, "now">,
  { params, representation }: Call,
  found: { readonly resource: Resource; readonly object: StoredObject; readonly code?: number },
): Answer {
  const { resource, object, code = 200 } = found;
  if (representation.form === "json") return { code, json: jsonText(object) };
  const metadata = rowMetadata(object);
  const document = tableOf(resource, [object], {
    ...tableOptions(params, { version: representation.version, now }),
    metadata,
  });
  return { code, document };
}

/** A page of a list. */
export function list(reader: Reader, { params, representation }: Call, of: Collection): Answer {
  const { resource, namespace } = of;
  const { store, now } = reader;
  const page = pageOf(store.history(resource), store.version, {
    selection: selectionOf(params, resource, namespace),
    limit: wholeNumber(params, "limit") ?? 0,
    wanted: wantedVersion(params),
  });
  if (representation.form === "json") return { code: 200, json: listText(resource, page) };
  return ok(tableOf(resource, page.objects, {
    ...tableOptions(params, { version: representation.version, now }),
    metadata: page.metadata,
  }));
}

/** The JSON of a list, put together from the texts of its objects. */
export function listText(resource: Resource, { objects, metadata }: Page): string {
  const head = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata };
  return `${JSON.stringify(head).slice(0, -1)},"items":[${objects.map(jsonText).join(",")}]}\n`;
}

/** A stream of the changes to a list. */
export function watch(reader: Reader, { params, representation }: Call, of: Collection): Answer {
  const { resource, namespace } = of;
  const { store, watches, now } = reader;
  const history = store.history(resource);
  const selection = selectionOf(params, resource, namespace);
  const { from, initial, marksInitialEnd } = watchStart(params);
  const seconds = wholeNumber(params, "timeoutSeconds") ?? 0;
  const encode = representation.form === "json"
    ? eventLine
    : tableEvents(resource, params, { version: representation.version, now });
  if (from !== null && from < history.oldest) return refused(reader, tooOld(from, history.oldest));
  const everything = { selection, limit: 0, wanted: { of: "now" } } as const;
  const stream = watches.open({
    resource,
    selection,
    from: from ?? store.version,
    initial: initial ? pageOf(history, store.version, everything).objects : [],
    marksInitialEnd,
    bookmarks: flag(params, "allowWatchBookmarks"),
    timeoutMs: seconds === 0 ? null : seconds * 1000,
  }, encode);
  return { code: 200, stream };
}

function refused({ staleWatch }: Reader, error: ReturnType<typeof tooOld>): Answer {
  if (staleWatch === "status") return { code: 410, document: error.object };
  return { code: 200, stream: ReadableStream.from([eventLine(error)]) };
}

interface Tables {
  readonly version: string;
  readonly now: () => Date;
}

function tableOptions(
  params: URLSearchParams,
  { version, now }: Tables,
): Omit<TableOptions, "metadata"> {
  return { version, include: includeObject(params), headers: true, now: now().getTime() };
}

/** Events whose objects are tables of one row; only the first describes the columns. */
function tableEvents(resource: Resource, params: URLSearchParams, tables: Tables): EventEncoder {
  const options = tableOptions(params, tables);
  let headers = true;
  return (event) => {
    const { type, object } = event;
    if (type === "ERROR") return lineOf(type, object);
    const rows = event.type === "BOOKMARK" ? [] : [event.object];
    const [now, metadata] = [tables.now().getTime(), rowMetadata(object)];
    const table = tableOf(resource, rows, { ...options, headers, now, metadata });
    headers = false;
    return lineOf(type, table);
  };
}

function rowMetadata(object: JsonObject): JsonObject {
  return { resourceVersion: textAt(object, "metadata", "resourceVersion") };
}
