/**
 * Notices that the configuration file has changed. kube-proxy reads its configuration once and ends
 * when the file changes, so that whoever started it starts it again. Needs read permission.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { RunError } from "../run_error.ts";
import { readConfigFile } from "./config_file.ts";

/** An open watch. Close it by `using`. */
export interface ConfigWatch extends Disposable {
  /** Rejects when the file's content is another one. Never resolves. */
  readonly changed: Promise<never>;
}

/**
 * Watches the file whose content was `text`. The folder is what is watched: editors and ConfigMap
 * mounts rename a new file over the old one. A file that is away counts as unchanged until it is back,
 * and one that was only touched does not count at all.
 */
export function watchConfig(path: string, text: string): ConfigWatch {
  const watcher = Deno.watchFs(dirname(resolve(path)), { recursive: false });
  const changed = Promise.withResolvers<never>();
  changed.promise.catch(() => {}); // whoever waits for it hears of it; nobody need
  const look = async (): Promise<void> => {
    for await (const { kind } of watcher) {
      if (kind === "access") continue;
      const now = await read(path);
      if (now === null || now === text) continue;
      const why = `Configuration file "${path}" has changed; ending, to be started again with it`;
      return changed.reject(new RunError(why));
    }
  };
  look().catch(changed.reject);
  return { changed: changed.promise, [Symbol.dispose]: () => watcher.close() };
}

async function read(path: string): Promise<string | null> {
  try {
    return await readConfigFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
