/**
 * Notices that the configuration file has changed. kube-proxy reads its configuration once and ends
 * when the file changes, so that whoever started it starts it again. Needs read permission.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { RunError } from "../run_error.ts";
import { REAL_TIMERS, type Timers } from "../timers.ts";
import { readConfigFile } from "./config_file.ts";

/** An open watch. Close it by `using`. */
export interface ConfigWatch extends Disposable {
  /** Rejects when the file's content is another one. Never resolves. */
  readonly changed: Promise<never>;
}

/** How long a file must stay as it is to count as written to its end. */
const SETTLE_MS = 100;

/**
 * Watches the file whose content was `text`. The folder is what is watched: editors and ConfigMap
 * mounts rename a new file over the old one. A file that is away counts as unchanged until it is back,
 * one that was only touched does not count at all, and one that is being written is waited for.
 */
export function watchConfig(
  path: string,
  text: string,
  timers: Timers = REAL_TIMERS,
): ConfigWatch {
  const watcher = Deno.watchFs(dirname(resolve(path)), { recursive: false });
  const changed = Promise.withResolvers<never>();
  changed.promise.catch(() => {}); // whoever waits for it hears of it; nobody need
  let cancel: (() => void) | null = null;
  let before: string | null = null;
  const arm = (): void => {
    cancel ??= timers.after(SETTLE_MS, () => judge().catch(changed.reject));
  };
  const judge = async (): Promise<void> => {
    cancel = null;
    const now = await read(path);
    const same = now === null || now === text;
    if (!same && now === before) {
      const why = `Configuration file "${path}" has changed; ending, to be started again with it`;
      return changed.reject(new RunError(why));
    }
    before = same ? null : now;
    if (!same) arm();
  };
  const look = async (): Promise<void> => {
    for await (const { kind } of watcher) if (kind !== "access") arm();
  };
  look().catch(changed.reject);
  return {
    changed: changed.promise,
    [Symbol.dispose]() {
      watcher.close();
      cancel?.();
    },
  };
}

/** The text of the file; `null` while it is away, or while Windows keeps it from its readers. */
async function read(path: string): Promise<string | null> {
  try {
    return await readConfigFile(path);
  } catch (error) {
    const passing = [Deno.errors.NotFound, Deno.errors.PermissionDenied, Deno.errors.Busy];
    if (passing.some((kind) => error instanceof kind)) return null;
    throw error;
  }
}
