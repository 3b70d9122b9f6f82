import assert from "node:assert/strict";
import fc from "fast-check";
import { Draft, LayeredMap } from "./layered_map.ts";

Deno.test("whatever is laid over it, the map has what a plain map would have", () => {
  const change = fc.tuple(
    fc.nat({ max: 400 }).map(String),
    fc.option(fc.nat(), { nil: undefined }),
  );
  const batches = fc.array(fc.array(change, { maxLength: 400 }), { maxLength: 6 });
  fc.assert(fc.property(batches, (all) => {
    const plain = new Map<string, { n: number }>();
    let map = LayeredMap.empty<{ n: number }>();
    for (const batch of all) {
      const before = [...map.keys()].length;
      const draft = new Draft(map);
      const old = map;
      for (const [key, n] of batch) {
        draft.put(key, n === undefined ? undefined : { n });
        if (n === undefined) plain.delete(key);
        else plain.set(key, { n });
        assert.deepEqual(draft.get(key), plain.get(key));
      }
      map = draft.end();
      assert.equal([...old.keys()].length, before, "the older map has changed");
      assert.deepEqual(new Map(map.entries()), new Map(plain));
      for (const [key] of batch) assert.deepEqual(map.get(key), plain.get(key));
    }
  }));
});
