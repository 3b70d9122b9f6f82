import assert from "node:assert/strict";
import type { WantedVersion } from "./listing.ts";
import { flag, wantedVersion, watchStart } from "./query.ts";
import { ApiError } from "./status.ts";

Deno.test.each<{ query: string; wanted: WantedVersion }>([
  { query: "", wanted: { of: "now" } },
  { query: "resourceVersion=0", wanted: { of: "now" } },
  { query: "resourceVersion=0&resourceVersionMatch=NotOlderThan", wanted: { of: "now" } },
  { query: "resourceVersion=7", wanted: { of: "not-older", version: 7 } },
  { query: "resourceVersion=7&limit=5", wanted: { of: "exact", version: 7 } },
  {
    query: "resourceVersion=7&limit=5&resourceVersionMatch=NotOlderThan",
    wanted: { of: "not-older", version: 7 },
  },
  {
    query: "resourceVersion=7&resourceVersionMatch=Exact",
    wanted: { of: "exact", version: 7 },
  },
])("a list with «$query» wants the right version", ({ query, wanted }) => {
  assert.deepEqual(wantedVersion(new URLSearchParams(query)), wanted);
});

Deno.test.each<{ query: string; code: number }>([
  { query: "resourceVersion=x", code: 400 },
  { query: "resourceVersion=-1", code: 400 },
  { query: "resourceVersionMatch=Exact", code: 422 },
  { query: "resourceVersion=0&resourceVersionMatch=Exact", code: 422 },
  { query: "resourceVersion=5&resourceVersionMatch=Roughly", code: 422 },
  { query: "continue=abc&resourceVersionMatch=Exact", code: 422 },
  { query: "continue=abc&resourceVersion=5", code: 400 },
  { query: "continue=abc", code: 400 },
  { query: "continue=%25", code: 400 },
  { query: "sendInitialEvents=true", code: 422 },
])("a list with «$query» is refused with $code", ({ query, code }) => {
  const read = () => wantedVersion(new URLSearchParams(query));
  assert.throws(read, (error) => error instanceof ApiError && error.code === code);
});

Deno.test.each<{ query: string; from: number | null; initial: boolean; marks: boolean }>([
  { query: "", from: null, initial: true, marks: false },
  { query: "resourceVersion=0", from: null, initial: true, marks: false },
  { query: "resourceVersion=7", from: 7, initial: false, marks: false },
  {
    query: "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
    from: null,
    initial: true,
    marks: true,
  },
  {
    query: "sendInitialEvents=false&resourceVersionMatch=NotOlderThan",
    from: null,
    initial: false,
    marks: false,
  },
])("a watch with «$query» starts in the right place", ({ query, from, initial, marks }) => {
  const start = watchStart(new URLSearchParams(query));
  assert.deepEqual(start, { from, initial, marksInitialEnd: marks });
});

Deno.test.each([
  ["sendInitialEvents=true"],
  ["resourceVersionMatch=NotOlderThan"],
  ["sendInitialEvents=true&resourceVersionMatch=Exact"],
])("a watch with «%s» is refused", (query) => {
  const read = () => watchStart(new URLSearchParams(query));
  assert.throws(read, (error) => error instanceof ApiError && error.code === 422);
});

Deno.test.each<{ query: string; is: boolean }>([
  { query: "", is: false },
  { query: "watch", is: true },
  { query: "watch=1", is: true },
  { query: "watch=true", is: true },
  { query: "watch=0", is: false },
  { query: "watch=false", is: false },
])("the flag in «$query» is $is", ({ query, is }) => {
  assert.equal(flag(new URLSearchParams(query), "watch"), is);
});
