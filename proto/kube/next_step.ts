/**
 * What a reflector does after a list or a watch: a pure table, so that every way in which a server can
 * fail has its row and its test.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { ApiError } from "./answers.ts";
import type { WatchEnd } from "./watch_progress.ts";

/** How a list ended: with the version from which to watch, or with an error. */
export type ListEnd =
  | { readonly what: "listed"; readonly version: string; readonly error: null }
  | { readonly what: "not-listed"; readonly error: Error };

/** What was met since the last success. */
export interface Standing {
  /** How many attempts in a row did not work. */
  readonly failures: number;
  /** For how long watches were open since the server said a word on one. */
  readonly quietMs: number;
  /** Whether no watch has lived since the last list, or since the start. */
  readonly justListed: boolean;
}

/** What to do next. */
export interface Step extends Standing {
  /** The version to watch from, or `null` to list. */
  readonly version: string | null;
  /** Whether to wait (the longer, the more failures) before doing it. */
  readonly wait: boolean;
}

/** Nothing was met yet. */
export const FRESH: Standing = { failures: 0, quietMs: 0, justListed: true };

/**
 * A server says something each minute, if only a bookmark. One whose data were restored from an older
 * state is silent on a watch from a version that it has not come to: two silent watches lead to a list.
 */
const LONGEST_QUIET_MS = 300_000;

/** What to do after a list or a watch. */
export function nextStep(before: Standing, end: ListEnd | WatchEnd): Step {
  const failures = before.failures + 1;
  const quietMs = quietAfter(before, end);
  const isQuiet = quietMs >= LONGEST_QUIET_MS;
  const list = { version: null, quietMs: 0, justListed: true };
  const justListed = before.justListed && !hasLived(end);
  switch (end.what) {
    case "listed": // not yet a success: a server may list well and refuse every watch
      return {
        version: end.version,
        failures: before.failures,
        quietMs: 0,
        justListed: true,
        wait: false,
      };
    case "not-listed":
      return { ...list, failures, wait: true };
    case "no-stream": // not a failure: it is listed page by page now
      return { ...list, failures: before.failures, wait: false };
    case "ended": // as every watch does in time; but a server that ends each at once is not asked in a loop
      return {
        ...(isQuiet ? list : { version: end.version, quietMs, justListed }),
        failures: end.lived ? 0 : failures,
        wait: !end.lived,
      };
    case "expired": // as after an outage; but a server that calls its own list too old is not asked in a loop
      if (justListed) return { ...list, failures, wait: true };
      return { ...list, failures: end.lived ? 0 : before.failures, wait: false };
    case "garbled": // news may be lost, so only a list helps
      return { ...list, failures, wait: true };
    case "failed":
      return {
        ...(!isQuiet && versionHelps(end.error)
          ? { version: end.version, quietMs, justListed }
          : list),
        failures: end.lived ? 1 : failures,
        wait: true,
      };
    default:
      return unreachable(end);
  }
}

function hasLived(end: ListEnd | WatchEnd): boolean {
  return end.what !== "listed" && end.what !== "not-listed" && end.lived;
}

function quietAfter({ quietMs }: Standing, end: ListEnd | WatchEnd): number {
  if (end.what === "listed" || end.what === "not-listed") return 0;
  return (end.heard ? 0 : quietMs) + end.quietMs;
}

/** Whether the same watch may work later: not if the server calls the request itself wrong. */
function versionHelps(error: Error | null): boolean {
  if (!(error instanceof ApiError)) return true;
  if (/too large resource version/i.test(error.message)) return false; // it has not come so far
  return error.status >= 500 || [401, 403, 429].includes(error.status);
}
