/**
 * Lists one kind page by page, keeping of each page only what the pipeline reads.
 *
 * @module
 */
import type { KubeObject, ObjectRef } from "../../core/mod.ts";
import { asJson } from "../json.ts";
import { ApiError, GONE, goodAnswer, readJson, SilenceError } from "./answers.ts";
import type { KubeConnection } from "./connection.ts";
import { type Item, readItem, versionOf } from "./read_item.ts";
import { listPath, type PageRequest, type Resource } from "./resources.ts";
import { type Timing, Watchdog } from "./timing.ts";

/** A complete list of one kind at one version. */
export interface Listing {
  /** The version from which a watch goes on. */
  readonly version: string;
  /** The objects. */
  readonly objects: readonly KubeObject[];
  /** Objects that are there but could not be read. */
  readonly unreadable: readonly ObjectRef[];
}

/** What a list needs. */
export interface ListerOptions {
  /** What to list. */
  readonly resource: Resource;
  /** The way to the server. */
  readonly connection: KubeConnection;
  /** The clock. */
  readonly timing: Timing;
  /** Hears of every object that was read, before the next one is. */
  readonly onItem: (item: Item) => void;
}

/** A page of client-go's size: large enough to be cheap, small enough for memory to stay flat. */
const PAGE_SIZE = 500;

/** How long the server may be silent within a list. It gives up itself after 60 s. */
const SILENCE_MS = 60_000;

/**
 * Lists everything. A place in the list that became too old (410) starts it again; if that happens
 * twice, all is asked for in one page, as client-go's pager does.
 */
export async function listAll(options: ListerOptions, signal: AbortSignal): Promise<Listing> {
  for (const limit of [PAGE_SIZE, PAGE_SIZE]) {
    try {
      return await listPages(options, limit, signal);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === GONE)) throw error;
    }
  }
  return await listPages(options, 0, signal);
}

async function listPages(
  options: ListerOptions,
  limit: number,
  signal: AbortSignal,
): Promise<Listing> {
  const objects: KubeObject[] = [];
  const unreadable: ObjectRef[] = [];
  let continueAt = "";
  while (true) {
    const page = await readPage(options, { limit, continueAt }, signal);
    for (const value of page.items) {
      const item = readItem(options.resource, value);
      options.onItem(item);
      if (item.object !== null) objects.push(item.object);
      else if (item.ref !== null) unreadable.push(item.ref);
    }
    if (page.continueAt === "") return { version: page.version, objects, unreadable };
    if (page.continueAt === continueAt) throw new TypeError("the server's list goes in circles");
    continueAt = page.continueAt;
  }
}

interface Page {
  readonly version: string;
  readonly continueAt: string;
  readonly items: readonly unknown[];
}

async function readPage(
  { resource, connection, timing }: ListerOptions,
  request: PageRequest,
  signal: AbortSignal,
): Promise<Page> {
  using dog = new Watchdog(timing, signal);
  const feed = () => dog.feed(SILENCE_MS, () => new SilenceError(SILENCE_MS));
  feed();
  try {
    const answer = await connection.get(listPath(resource, request), dog.signal);
    return pageOf(await readJson((await goodAnswer(answer)).body, feed));
  } catch (error) {
    throw dog.signal.aborted ? dog.signal.reason : error;
  }
}

function pageOf(value: unknown): Page {
  const list = asJson(value);
  const version = versionOf(list);
  const { items } = list;
  const continueAt = asJson(list["metadata"])["continue"] ?? "";
  if (version === null || typeof continueAt !== "string" || !isListOrNull(items)) {
    throw new TypeError("the server's answer is no list: it needs items and a resourceVersion");
  }
  return { version, continueAt, items: items ?? [] };
}

/** Go writes an empty list as null. */
function isListOrNull(value: unknown): value is readonly unknown[] | null {
  return value === null || Array.isArray(value);
}
