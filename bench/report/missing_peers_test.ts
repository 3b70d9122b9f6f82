// A peer that is not installed is named and skipped: from the stage where it is missed to the page.
import assert from "node:assert/strict";
import { installed } from "../data_path/stage.ts";
import type { Variant } from "../data_path/variant.ts";
import { markdown } from "./markdown.ts";
import type { BenchResult } from "./result.ts";

const variant = (name: string, version: string | null): Variant => ({
  name,
  version: () => Promise.resolve(version),
  start: () => Promise.reject(new Error("It is not to be started")),
});

Deno.test("a peer that is not installed is left out and named on the page, with the version of the rest", async () => {
  const notes: string[] = [];
  const peers = [variant("haproxy", "3.0.11"), variant("socat", null)];
  const here = await installed(peers, (text) => notes.push(text));
  assert.deepEqual(here.map(({ name }) => name), ["haproxy"]);
  const result: BenchResult = {
    date: "2026-11-21T10:00:00Z",
    quick: false,
    machine: {
      os: "linux",
      arch: "x86_64",
      cores: 2,
      cpu: null,
      kernel: null,
      loadBefore: [0],
      loadAfter: [0],
    },
    versions: { deno: "2.9.6" },
    titles: {},
    notes: { "data-path": notes },
    results: { "data-path": [] },
  };
  const page = markdown(result, [], "charts");
  assert.match(page, /## Left out\n\n- socat is not to be had here\n/);
  assert.match(page, /\| haproxy \| 3\.0\.11 \|/);
});
