/**
 * Tells what is wrong with objects of the API server, once for each object and problem, however often
 * the object comes.
 *
 * @module
 */
import { objectKey } from "../../core/mod.ts";
import type { SourceReport } from "../source.ts";
import type { Item } from "./read_item.ts";

/** Remembers what was told about each object of one kind. */
export class ItemProblems {
  readonly #where: string;
  readonly #report: (report: SourceReport) => void;
  readonly #told = new Map<string, string>();

  /** Makes a memory; `where` names the place of the objects in reports. */
  constructor(where: string, report: (report: SourceReport) => void) {
    this.#where = where;
    this.#report = report;
  }

  /** Hears what came of reading an object, or (without problems) that it is gone. */
  hear({ ref, problems }: Item): void {
    const text = problems.join("; ");
    if (ref !== null) {
      const key = objectKey(ref);
      if (this.#told.get(key) === text) return;
      if (text === "") this.#told.delete(key);
      else this.#told.set(key, text);
    }
    if (text !== "") this.#report({ severity: "problem", where: this.#where, message: text });
  }
}
