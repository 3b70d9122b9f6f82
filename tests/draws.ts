/**
 * Preloaded by the test tasks: property tests draw the same values in every run, so that a run says
 * something about the change that it was made for. With `WINDLASS_TEST_SEED=random`, or a number, they
 * draw others.
 *
 * @module
 */
import fc from "fast-check";

const given = Deno.env.get("WINDLASS_TEST_SEED") ?? "20261121";
if (given !== "random") {
  const seed = Number(given);
  if (!Number.isInteger(seed)) {
    throw new TypeError(`WINDLASS_TEST_SEED must be "random" or a whole number, not "${given}"`);
  }
  fc.configureGlobal({ seed });
}
