/**
 * What a reflector does after a list or a watch: a pure table, so that every way in which a server can
 * fail has its row and its test.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { ApiError } from "./answers.ts";
import type { WatchEnd } from "./watcher.ts";

/** How a list ended: with the version from which to watch, or with an error. */
export type ListEnd =
  | { readonly what: "listed"; readonly version: string; readonly error: null }
  | { readonly what: "not-listed"; readonly error: Error };

/** What to do next. */
export interface Step {
  /** The version to watch from, or `null` to list. */
  readonly version: string | null;
  /** How many attempts in a row did not work. */
  readonly failures: number;
  /** Whether to wait (the longer, the more failures) before doing it. */
  readonly wait: boolean;
}

/** What to do after a list or a watch, when `failures` attempts before it did not work. */
export function nextStep(failures: number, end: ListEnd | WatchEnd): Step {
  switch (end.what) {
    case "listed": // not yet a success: a server may list well and refuse every watch
      return { version: end.version, failures, wait: false };
    case "not-listed":
      return { version: null, failures: failures + 1, wait: true };
    case "ended": // as every watch does in time; but a server that ends each at once is not asked in a loop
      return end.lived
        ? { version: end.version, failures: 0, wait: false }
        : { version: end.version, failures: failures + 1, wait: true };
    case "expired":
      return end.lived
        ? { version: null, failures: 0, wait: false }
        : { version: null, failures: failures + 1, wait: true };
    case "garbled": // news may be lost, so only a list helps
      return { version: null, failures: failures + 1, wait: true };
    case "failed":
      return {
        version: versionHelps(end.error) ? end.version : null,
        failures: end.lived ? 1 : failures + 1,
        wait: true,
      };
    default:
      return unreachable(end);
  }
}

/** Whether the same watch may work later: not if the server calls the request itself wrong. */
function versionHelps(error: Error | null): boolean {
  if (!(error instanceof ApiError)) return true;
  return error.status >= 500 || [401, 403, 429].includes(error.status);
}
