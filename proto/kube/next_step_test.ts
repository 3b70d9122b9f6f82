import assert from "node:assert/strict";
import { ApiError } from "./answers.ts";
import { FRESH, nextStep, type Standing } from "./next_step.ts";

const cut = new Error("connection reset");
const STANDING: Standing = { ...FRESH, failures: 3 };

Deno.test("after a list the watch begins at once, and earlier failures are not forgotten yet", () => {
  assert.deepEqual(
    nextStep({ failures: 3, quietMs: 0, justListed: false }, {
      what: "listed",
      version: "7",
      error: null,
    }),
    {
      version: "7",
      failures: 3,
      quietMs: 0,
      justListed: true,
      wait: false,
    },
  );
});

Deno.test("a list that failed is tried again after a wait", () => {
  assert.deepEqual(nextStep(STANDING, { what: "not-listed", error: cut }), {
    version: null,
    failures: 4,
    quietMs: 0,
    justListed: true,
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
    {
      what: "failed",
      lived: false,
      error: new ApiError(504, "Timeout: Too large resource version: 9, current: 4"),
      next: [null, 4, true],
    },
    { what: "no-stream", lived: false, error: new ApiError(422, ""), next: [null, 3, false] },
  ] as const,
)("after a watch that $what (lived: $lived, $error)", ({ what, lived, error, next }) => {
  const { version, failures, wait } = nextStep(
    STANDING,
    { what, lived, error, version: "9", heard: lived, quietMs: 1000 },
  );
  assert.deepEqual([version, failures, wait], next);
});

Deno.test.each(
  [
    { before: 0, heard: false, quietMs: 150_000, next: ["9", 150_000] },
    { before: 150_000, heard: false, quietMs: 150_000, next: [null, 0] },
    { before: 150_000, heard: true, quietMs: 150_000, next: ["9", 150_000] },
    { before: 250_000, heard: false, quietMs: 40_000, next: ["9", 290_000] },
  ] as const,
)(
  "after $before ms of quiet and $quietMs ms more (heard: $heard), the version and quiet are $next",
  ({ before, heard, quietMs, next }) => {
    for (const what of ["ended", "failed"] as const) {
      const end = { what, lived: true, error: cut, version: "9", heard, quietMs };
      const step = nextStep({ ...FRESH, quietMs: before }, end);
      assert.deepEqual([step.version, step.quietMs], next);
    }
  },
);

Deno.test("a version that grew old in an outage is listed at once, one that was just listed is not", () => {
  const rest = { error: cut, version: "9", heard: false, quietMs: 0 };
  const broke = nextStep(FRESH, { what: "failed", lived: true, ...rest });
  const refused = nextStep(broke, { what: "failed", lived: false, ...rest });
  const expired = nextStep(refused, { what: "expired", lived: false, ...rest });
  assert.deepEqual(expired, {
    version: null,
    failures: 2,
    quietMs: 0,
    justListed: true,
    wait: false,
  });
  const listed = nextStep(expired, { what: "listed", version: "20", error: null });
  const again = nextStep(listed, { what: "expired", lived: false, ...rest, version: "20" });
  assert.deepEqual([again.version, again.failures, again.wait], [null, 3, true]);
});
