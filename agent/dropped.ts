/**
 * What a person should be warned of when the view changes: addresses that a Service asks for and
 * does not get although it could, were it written otherwise.
 *
 * @module
 */
import { type Change, CLAIMED_RULE, describeDropped, type Dropped } from "../core/mod.ts";

/** The other rules that drop something do so in the normal course of things. */
const WORTH_A_WARNING: ReadonlySet<string> = new Set([
  CLAIMED_RULE,
  "malformed-ip",
  "malformed-range",
]);

/** One sentence for each thing that a Service newly asks for in vain. */
export function dropWarnings(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) => {
    if (change.type === "remove") return [];
    const known = change.type === "update" ? change.before.dropped : [];
    return change.now.dropped
      .filter((each) => WORTH_A_WARNING.has(each.rule) && !known.some((old) => same(old, each)))
      .map((each) => describeDropped(change.now, each));
  });
}

function same(a: Dropped, b: Dropped): boolean {
  return a.kind === b.kind && a.value === b.value && a.rule === b.rule && a.owner === b.owner;
}
