/**
 * Collects operations, and gives them out in KPNG's order: sets by rising path, deletes by falling
 * path.
 *
 * @module
 */
import { byPath, deleteOp, opAt, type OpBlock, sameBytes, type SetName } from "./operations.ts";

/** The operations of one set in a round. */
export class Changes {
  readonly #set: SetName;
  readonly #sets: { readonly path: string; readonly op: Uint8Array }[] = [];
  readonly #deletes: string[] = [];

  /** Nothing changed yet. */
  constructor(set: SetName) {
    this.#set = set;
  }

  /** Takes note of an operation before and now; `undefined` where there is none. */
  compare(path: string, before: Uint8Array | undefined, now: Uint8Array | undefined): void {
    if (now === undefined) this.#deletes.push(path);
    else if (before === undefined || !sameBytes(before, now)) this.#sets.push({ path, op: now });
  }

  /** Takes note of a block before and now. */
  compareBlocks(before: OpBlock | undefined, now: OpBlock | undefined): void {
    if (before === now) return;
    const old = new Map(before?.paths.map((path, index) => [path, index]));
    now?.paths.forEach((path, index) => {
      const was = old.get(path);
      old.delete(path);
      this.compare(
        path,
        before && was !== undefined ? opAt(before, was) : undefined,
        opAt(now, index),
      );
    });
    this.#deletes.push(...old.keys());
  }

  /** The operations that set something. */
  sets(): readonly Uint8Array[] {
    return this.#sets.sort(byPath).map(({ op }) => op);
  }

  /** The operations that delete something. */
  deletes(): readonly Uint8Array[] {
    return this.#deletes.sort().reverse().map((path) => deleteOp(this.#set, path));
  }
}
