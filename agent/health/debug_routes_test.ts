import assert from "node:assert/strict";
import { debugRoutes } from "./debug_routes.ts";
import { router } from "./router.ts";

async function ask(path: string, init?: RequestInit) {
  const set: number[] = [];
  const answer = router(debugRoutes(() => ({ setVerbosity: (to) => void set.push(to) })));
  const response = await answer(new Request(`http://127.0.0.1${path}`, init));
  return { status: response.status, text: await response.text(), set };
}

Deno.test.each([
  { body: "4", set: [4], text: "successfully set klog.logging.verbosity to 4" },
  { body: "99\n", set: [10], text: "successfully set klog.logging.verbosity to 99" },
  { body: "-1", set: [], text: 'Cannot set the verbosity: "-1" is not a whole number\n' },
  { body: "", set: [], text: 'Cannot set the verbosity: "" is not a whole number\n' },
])("PUT /debug/flags/v with '$body'", async ({ body, set, text }) => {
  const status = set.length > 0 ? 200 : 400;
  assert.deepEqual(await ask("/debug/flags/v", { method: "PUT", body }), { status, text, set });
});

Deno.test("other methods are refused, and profiles are told to be none", async () => {
  assert.equal((await ask("/debug/flags/v")).status, 405);
  for (const path of ["/debug/pprof", "/debug/pprof/", "/debug/pprof/heap?debug=1"]) {
    const { status, text } = await ask(path);
    assert.equal(status, 501);
    assert.match(text, /profiles of Go are not to be had/);
  }
});
