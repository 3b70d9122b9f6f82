/**
 * What to say of a service that the source does not have. Pure.
 *
 * @module
 */
import { didYouMean, nearest } from "../cli/suggest.ts";

/**
 * That there is no such service, and which one may be meant.
 *
 * @param service The service that was asked for, `namespace/name`.
 * @param known Those that there are.
 */
export function noSuchService(service: string, known: readonly string[]): string {
  const what = `${service}: the source has no such Service`;
  if (nearest(service, known) !== null) return what + didYouMean(service, known);
  const name = service.split("/")[1];
  const elsewhere = known.filter((each) => each.split("/")[1] === name).sort();
  if (elsewhere.length > 0) return `${what}; there is ${elsewhere.slice(0, 5).join(", ")}`;
  if (known.length === 0) return `${what}, nor any other`;
  return `${what}; windlass view lists those that there are`;
}
