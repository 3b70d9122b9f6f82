/**
 * Work on many things, a few at a time.
 *
 * @module
 */

/** Does the work for each item, for so many at the same time; resolves when all is done. */
export async function inGroups<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map(work));
  }
}
