/**
 * Lists one kind page by page, keeping of each page only what the pipeline reads.
 *
 * @module
 */
import { asJson } from "../json.ts";
import { ApiError, GONE, goodAnswer, readJson, SilenceError } from "./answers.ts";
import type { KubeConnection } from "./connection.ts";
import { ListCollector, type Listing } from "./list_collector.ts";
import { type Item, readItem, versionOf } from "./read_item.ts";
import { listPath, type PageRequest, type Resource } from "./resources.ts";
import { type Timing, Watchdog } from "./timing.ts";

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

/** A list of more pages than this leads nowhere, even if the pages are empty. */
const MOST_PAGES = 2000;

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
  const collector = new ListCollector(options.resource);
  let continueAt = "";
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await readPage(options, { limit, continueAt }, signal);
    for (const value of page.items) {
      const item = readItem(options.resource, value);
      collector.add(item);
      options.onItem(item);
    }
    if (page.continueAt === "") return collector.listing(page.version);
    if (page.continueAt === continueAt) throw new TypeError("the server's list goes in circles");
    continueAt = page.continueAt;
  }
  throw new RangeError(`the server's list does not end: more than ${MOST_PAGES} pages`);
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
    return pageOf(resource, await readJson((await goodAnswer(answer)).body, feed));
  } catch (error) {
    throw dog.signal.aborted ? dog.signal.reason : error;
  }
}

function pageOf({ kind, apiVersion }: Resource, value: unknown): Page {
  const list = asJson(value);
  const version = versionOf(list);
  const { items } = list;
  const continueAt = asJson(list["metadata"])["continue"] ?? "";
  // A list of something else (a proxy's answer, another path's) would empty the node.
  if (list["kind"] !== `${kind}List` || list["apiVersion"] !== apiVersion) {
    const given = [list["apiVersion"], list["kind"]].map((part) => String(part)).join(" ");
    throw new TypeError(`the server's answer is no list of ${apiVersion} ${kind}, but ${given}`);
  }
  if (version === null || typeof continueAt !== "string" || !isListOrNull(items)) {
    throw new TypeError("the server's answer is no list: it needs items and a resourceVersion");
  }
  return { version, continueAt, items: items ?? [] };
}

/** Go writes an empty list as null. */
function isListOrNull(value: unknown): value is readonly unknown[] | null {
  return value === null || Array.isArray(value);
}
