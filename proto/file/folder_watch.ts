/**
 * Notices that input files may have changed. It watches the folders around them, because editors and
 * ConfigMap mounts do not write a file but rename a new one over it. Needs read permission.
 *
 * @module
 */
import { basename, dirname, resolve } from "node:path";
import { type Input, STANDARD_INPUT } from "./inputs.ts";

/** An open watch: what happens after its opening is not missed. Close it by `using`. */
export class FolderWatch implements Disposable {
  readonly #watcher: Deno.FsWatcher;
  readonly #concerns: (event: Deno.FsEvent) => boolean;
  readonly #settleMs: number;
  readonly #folders: readonly string[];

  /**
   * Opens the watch.
   *
   * @throws {Deno.errors.NotFound} If one of the folders is not there.
   */
  constructor(inputs: readonly Input[], settleMs: number) {
    this.#folders = foldersToWatch(inputs);
    this.#watcher = Deno.watchFs([...this.#folders], { recursive: false });
    this.#concerns = concerns(inputs);
    this.#settleMs = settleMs;
  }

  /** Whether it sees all that may happen to the inputs as they are now. */
  covers(inputs: readonly Input[]): boolean {
    return foldersToWatch(inputs).every((folder) => this.#folders.includes(folder));
  }

  /**
   * Resolves when something happened and then nothing for `settleMs` (but not later than ten times
   * that after the first thing), when nothing happened for `pollMs`, or when the signal aborts. To be
   * called once.
   */
  async changed(pollMs: number, signal: AbortSignal): Promise<void> {
    const close = () => this.#watcher.close();
    let timer = setTimeout(close, pollMs);
    let latest = Infinity;
    signal.addEventListener("abort", close, { once: true });
    try {
      if (signal.aborted) return;
      for await (const event of this.#watcher) {
        if (!this.#concerns(event)) continue;
        latest = Math.min(latest, Date.now() + 10 * this.#settleMs);
        clearTimeout(timer);
        timer = setTimeout(close, Math.min(this.#settleMs, latest - Date.now()));
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", close);
    }
  }

  /** Closes the watch. */
  [Symbol.dispose](): void {
    this.#watcher.close();
  }
}

/** The folders in which a change of the inputs shows. */
export function foldersToWatch(inputs: readonly Input[]): readonly string[] {
  const folders = inputs.flatMap((input) => {
    if (input.path === STANDARD_INPUT) return [];
    const parents = [dirname(input.path)];
    if (input.ok) parents.push(dirname(input.realPath));
    if (input.ok && input.folder) parents.push(input.path);
    return parents;
  });
  return [...new Set(folders.map((folder) => resolve(folder)))];
}

/**
 * Whether an event may be about the inputs, or about a folder in which they are. Judged by names alone,
 * as the same folder can be spelled in several ways; being asked to read again for nothing does no harm.
 */
export function concerns(inputs: readonly Input[]): (event: Deno.FsEvent) => boolean {
  const names = new Set(foldersToWatch(inputs).map(nameOf)); // they can be replaced themselves
  const folders = new Set<string>();
  for (const input of inputs) {
    const paths = input.ok ? [input.path, input.realPath] : [input.path];
    for (const path of paths) {
      names.add(nameOf(path));
      if (!input.ok || input.folder) folders.add(nameOf(path));
    }
  }
  return ({ kind, paths }) =>
    kind !== "access" &&
    (paths.length === 0 || paths.some((path) =>
      names.has(nameOf(path)) || folders.has(nameOf(dirname(path))) ||
      nameOf(path).startsWith("..") // `..data`, by which Kubernetes swaps a mounted ConfigMap
    ));
}

function nameOf(path: string): string {
  return basename(resolve(path)).toLowerCase();
}
