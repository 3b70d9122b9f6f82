/**
 * Finds values that hold themselves. YAML's anchors can make them; JSON, and so Kubernetes, has none.
 *
 * @module
 */

/** Whether a value of parsed YAML holds itself, at any depth. What is merely shared does not. */
export function holdsItself(value: unknown): boolean {
  const within = new Set<object>();
  const cleared = new Set<object>(); // looked through before: shared parts are looked at once
  const look = (each: unknown): boolean => {
    if (typeof each !== "object" || each === null || cleared.has(each)) return false;
    if (within.has(each)) return true;
    within.add(each);
    if (Object.values(each).some(look)) return true;
    within.delete(each);
    cleared.add(each);
    return false;
  };
  return look(value);
}
