/**
 * Structural equality of plain data, so that an equal object is not written again and nothing
 * downstream wakes.
 *
 * @module
 */

/** Whether two plain values (objects, lists, texts, numbers, …) say the same. */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, i) => equal(each, b[i]));
  }
  if (Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>; // neither null nor a list: an object
  const right = b as Readonly<Record<string, unknown>>;
  let fields = 0;
  for (const key in left) {
    if (!Object.hasOwn(right, key) || !equal(left[key], right[key])) return false;
    fields++;
  }
  for (const _ in right) fields--;
  return fields === 0;
}

/** The older value if the newer one says the same, so that references tell what changed. */
export function keep<T>(before: T | undefined, after: T): T {
  return before !== undefined && equal(before, after) ? before : after;
}
