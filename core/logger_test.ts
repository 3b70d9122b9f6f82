/**
 * The silent logger.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SILENT } from "./logger.ts";

Deno.test("SILENT has every verbosity off and takes every line", () => {
  assert.equal(SILENT.v(0), null);
  assert.equal(SILENT.info("a line", { of: "no interest" }), undefined);
  assert.equal(SILENT.warn("a line"), undefined);
  assert.equal(SILENT.error("a line"), undefined);
});
