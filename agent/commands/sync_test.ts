import assert from "node:assert/strict";
import type { ReconcilerStatus } from "../../backends/mod.ts";
import { IDLE_OPS } from "../idle_ops.ts";
import { exitCodeOf } from "./sync.ts";

const FAILED = { key: "k", op: "open", attempts: 1, error: "Cannot open it" };

Deno.test.each<{ name: string; ready: boolean; ops: Partial<ReconcilerStatus>; code: number }>([
  { name: "all is done", ready: true, ops: {}, code: 0 },
  { name: "an operation failed", ready: true, ops: { failed: [FAILED] }, code: 1 },
  {
    name: "an operation failed and would be tried again",
    ready: true,
    ops: { retrying: [{ ...FAILED, nextAt: 0 }] },
    code: 1,
  },
  {
    name: "an operation waits for one that failed",
    ready: true,
    ops: { blocked: [{ key: "k", op: "open", by: ["a"] }] },
    code: 1,
  },
  { name: "an operation is still waited for", ready: true, ops: { pending: 1 }, code: 3 },
  { name: "the state never became complete", ready: false, ops: {}, code: 3 },
])("--once ends with $code when $name", ({ ready, ops, code }) => {
  assert.equal(exitCodeOf({ ready, ops: { ...IDLE_OPS, ...ops } }), code);
});
