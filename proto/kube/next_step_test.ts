import assert from "node:assert/strict";
import { ApiError } from "./answers.ts";
import { nextStep } from "./next_step.ts";

const cut = new Error("connection reset");

Deno.test("after a list the watch begins at once, and earlier failures are not forgotten yet", () => {
  assert.deepEqual(nextStep(3, { what: "listed", version: "7", error: null }), {
    version: "7",
    failures: 3,
    wait: false,
  });
});

Deno.test("a list that failed is tried again after a wait", () => {
  assert.deepEqual(nextStep(3, { what: "not-listed", error: cut }), {
    version: null,
    failures: 4,
    wait: true,
  });
});

Deno.test.each(
  [
    { what: "ended", lived: true, error: null, next: ["9", 0, false] },
    { what: "ended", lived: false, error: null, next: ["9", 4, true] },
    { what: "expired", lived: true, error: null, next: [null, 0, false] },
    { what: "expired", lived: false, error: null, next: [null, 4, true] },
    { what: "garbled", lived: true, error: cut, next: [null, 4, true] },
    { what: "garbled", lived: false, error: cut, next: [null, 4, true] },
    { what: "failed", lived: true, error: cut, next: ["9", 1, true] },
    { what: "failed", lived: false, error: cut, next: ["9", 4, true] },
    { what: "failed", lived: false, error: new ApiError(400, ""), next: [null, 4, true] },
    { what: "failed", lived: false, error: new ApiError(401, ""), next: ["9", 4, true] },
    { what: "failed", lived: false, error: new ApiError(403, ""), next: ["9", 4, true] },
    { what: "failed", lived: false, error: new ApiError(429, ""), next: ["9", 4, true] },
    { what: "failed", lived: true, error: new ApiError(500, ""), next: ["9", 1, true] },
  ] as const,
)("after a watch that $what (lived: $lived, $error)", ({ what, lived, error, next }) => {
  const { version, failures, wait } = nextStep(3, { what, lived, error, version: "9" });
  assert.deepEqual([version, failures, wait], next);
});
