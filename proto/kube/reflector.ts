/**
 * Keeps one kind in step with the API server: list, watch from there, and whatever it takes to go on
 * when a watch ends. A list is told as a list, so that nobody sees what did not change.
 *
 * @module
 */
import { SourceError, type SourceSink } from "../source.ts";
import { ApiError, reasonOf, SilenceError } from "./answers.ts";
import { backoffMs } from "./backoff.ts";
import { type KubeConnection, UnreachableError } from "./connection.ts";
import type { Health } from "./health.ts";
import { ItemProblems } from "./item_problems.ts";
import type { Listing } from "./list_collector.ts";
import { listAll } from "./lister.ts";
import { FRESH, type ListEnd, nextStep, type Standing } from "./next_step.ts";
import type { Resource } from "./resources.ts";
import { sleep, type Timing } from "./timing.ts";
import type { WatchEnd } from "./watch_progress.ts";
import { watchFrom } from "./watcher.ts";

/** What a reflector needs. */
export interface ReflectorOptions {
  /** What to keep in step. */
  readonly resource: Resource;
  /** The way to the server. */
  readonly connection: KubeConnection;
  /** Where events and reports about objects go. */
  readonly sink: SourceSink;
  /** Where failures and successes of requests go. */
  readonly health: Health;
  /** The clock and the dice. */
  readonly timing: Timing;
  /**
   * How the whole is asked for: as a stream with which a watch begins, where the server has that, or
   * page by page. A stream costs the server less, and neither side holds the whole twice.
   */
  readonly lists: "stream" | "pages";
}

/** How often a one-time list is tried before it counts as impossible: for some 6 to 11 s. */
const ONE_TIME_ATTEMPTS = 4;

/** Watches that end at once: a few happen when a server restarts, more than that is worth a word. */
const TOO_MANY_SHORT_WATCHES = 3;

/** Keeps the kind in step until the signal aborts. */
export async function reflect(options: ReflectorOptions, signal: AbortSignal): Promise<void> {
  const { resource, connection, timing, sink, health } = options;
  const problems = problemsOf(options);
  let version: string | null = null;
  let standing: Standing = FRESH;
  let streams = options.lists === "stream";
  while (!signal.aborted) {
    // After a stream that failed, pages are tried: something between may hold streams up.
    const isPaged: boolean = version === null && (!streams || standing.failures % 2 === 1);
    const end: ListEnd | WatchEnd = isPaged
      ? await list(options, problems, signal)
      : await watchFrom(version, {
        resource,
        connection,
        timing,
        onEvents: sink.events,
        onListed: (listing) => tellList(options, listing),
        onItem: (item) => problems.hear(item),
        onAlive: () => health.worked(activity("watch", resource)),
      }, signal);
    if (signal.aborted) return;
    if (end.what === "no-stream") streams = false;
    const step = nextStep(standing, end);
    ({ version } = step);
    standing = step;
    tell(options, end, step.wait ? step.failures : 0); // what goes on at once is no trouble
    if (step.wait) await wait(options, step.failures, end.error, signal);
  }
}

/** Tells a whole list. */
function tellList({ resource, sink, health }: ReflectorOptions, listing: Listing): void {
  const { objects, unreadable } = listing;
  health.worked(activity("list", resource));
  sink.events([{ type: "list", kind: resource.kind, objects, unreadable }]);
}

/**
 * Lists the kind once, trying again for a while where that may help.
 *
 * @throws {SourceError} If the server refuses, or cannot be reached.
 */
export async function reflectOnce(options: ReflectorOptions, signal: AbortSignal): Promise<void> {
  const problems = problemsOf(options);
  for (let failures = 1; !signal.aborted; failures++) {
    const end = await list(options, problems, signal);
    if (end.what === "listed" || signal.aborted) return;
    if (isRefusal(end.error) || failures === ONE_TIME_ATTEMPTS) {
      const message = `${options.connection.server}: ${messageOf("list", options, end.error)}`;
      throw new SourceError("refused", message, { cause: end.error });
    }
    tell(options, end, failures);
    await wait(options, failures, end.error, signal);
  }
}

async function list(
  options: ReflectorOptions,
  problems: ItemProblems,
  signal: AbortSignal,
): Promise<ListEnd> {
  try {
    const { resource, connection, timing } = options;
    const listing = await listAll(
      { resource, connection, timing, onItem: (item) => problems.hear(item) },
      signal,
    );
    tellList(options, listing);
    return { what: "listed", version: listing.version, error: null };
  } catch (error) {
    return { what: "not-listed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Tells what went wrong, and has the connection made anew where that may help. */
function tell(options: ReflectorOptions, end: ListEnd | WatchEnd, failures: number): void {
  const { error } = end;
  if (needsRenewal(error)) options.connection.renew();
  const verb = isOfList(end) ? "list" : "watch";
  const isCut = end.what === "failed" && end.lived; // what comes of it, the next attempt tells
  if (error !== null && end.what !== "expired" && end.what !== "no-stream" && !isCut) {
    const message = messageOf(verb, options, error);
    const cause = isUnreachable(error) ? "unreachable" : message;
    options.health.failed(activity(verb, options.resource), message, cause);
  } else if (failures >= TOO_MANY_SHORT_WATCHES && verb === "watch") {
    const message = `Cannot watch ${options.resource.plural}: the server ends each watch at once`;
    options.health.failed(activity(verb, options.resource), message);
  }
}

function isOfList(end: ListEnd | WatchEnd): boolean {
  return end.what === "listed" || end.what === "not-listed" || end.version === null;
}

async function wait(
  { timing }: ReflectorOptions,
  failures: number,
  error: Error | null,
  signal: AbortSignal,
): Promise<void> {
  const asked = error instanceof ApiError ? error.retryAfterMs : 0;
  await sleep(timing, Math.max(backoffMs(failures, timing.random()), asked), signal);
}

function messageOf(verb: "list" | "watch", { resource }: ReflectorOptions, error: Error): string {
  if (isUnreachable(error)) {
    const reason = reasonOf(error);
    return reason.startsWith("invalid peer certificate")
      ? `Cannot trust the API server: ${reason}; check the certificate-authority`
      : `Cannot reach the API server: ${reason}`;
  }
  const message = `Cannot ${verb} ${resource.plural}: ${reasonOf(error)}`;
  if (!(error instanceof ApiError)) return message;
  if (error.status === 401) return `${message}; check the credentials`;
  if (error.status !== 403) return message;
  return `${message}; grant list and watch on ${resource.plural}, as ClusterRole ` +
    "system:node-proxier does";
}

function isUnreachable(error: Error): boolean {
  return error instanceof UnreachableError || error instanceof SilenceError;
}

/** A dead connection may still be pooled, and credentials that are refused may be stale. */
function needsRenewal(error: Error | null): boolean {
  return error instanceof SilenceError || (error instanceof ApiError && error.status === 401);
}

/** Whether the same would come of it again: the server has refused, or is not to be trusted. */
function isRefusal(error: Error): boolean {
  if (isUnreachable(error)) return /^invalid peer certificate/.test(reasonOf(error));
  return error instanceof ApiError && error.status < 500 && error.status !== 429;
}

function activity(verb: "list" | "watch", { plural }: Resource): string {
  return `${verb} ${plural}`;
}

function problemsOf({ connection, resource, sink }: ReflectorOptions): ItemProblems {
  return new ItemProblems(`${connection.server}${resource.path}`, sink.report);
}
