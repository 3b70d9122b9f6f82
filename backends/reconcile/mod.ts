/**
 * The reconciler: carries planned operations out, whatever the backend.
 *
 * @module
 */
export { backoff, type BackoffOptions } from "./backoff.ts";
export { type Reconciler, reconciler, type ReconcilerOptions } from "./reconciler.ts";
export type { FailedOp, OpCounts, ReconcilerStatus } from "./status.ts";
