/**
 * How operations stand where there are none.
 *
 * @module
 */
import type { ReconcilerStatus } from "../backends/mod.ts";

/** Nothing was to be done yet, and nothing is. */
export const IDLE_OPS: ReconcilerStatus = {
  pending: 0,
  inFlight: 0,
  retrying: [],
  failed: [],
  blocked: [],
  done: {},
  lastError: null,
  lastSuccessAt: null,
};
