import assert from "node:assert/strict";
import { type FoundSourceVip, SourceVipKeeper } from "./source_vip.ts";

Deno.test("a source VIP is looked for once on a network, again on another one, and after each failure", async () => {
  const asked: string[] = [];
  const answers: FoundSourceVip[] = [
    { ok: false, error: "none yet" },
    { ok: true, ip: "10.244.2.2" },
    { ok: true, ip: "10.244.3.2" },
  ];
  const keeper = new SourceVipKeeper((networkId) => {
    asked.push(networkId);
    return Promise.resolve(answers.shift() ?? assert.fail("nobody was to ask"));
  });
  const { signal } = new AbortController();
  const seen: FoundSourceVip[] = [];
  for (const id of ["A1", "A1", "a1", "B2", "b2"]) seen.push(await keeper.on(id, signal));
  assert.deepEqual(seen.map((each) => each.ok ? each.ip : each.error), [
    "none yet",
    "10.244.2.2",
    "10.244.2.2",
    "10.244.3.2",
    "10.244.3.2",
  ]);
  assert.deepEqual(asked, ["A1", "A1", "B2"]);
});
