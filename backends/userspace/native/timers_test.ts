import fc from "fast-check";
import assert from "node:assert/strict";
import { Timers } from "./timers.ts";

Deno.test("deadlines come in order, whatever was set, moved or taken back", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("set" as const), id: fc.nat(40), at: fc.nat(100) }),
    fc.record({ do: fc.constant("clear" as const), id: fc.nat(40), at: fc.constant(0) }),
    fc.record({ do: fc.constant("take" as const), id: fc.constant(0), at: fc.nat(100) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const timers = new Timers(2);
    const model = new Map<number, number>();
    for (const { do: what, id, at } of steps) {
      const earliest = Math.min(Infinity, ...model.values());
      switch (what) {
        case "set":
          timers.set(id, at);
          model.set(id, at);
          break;
        case "clear":
          timers.clear(id);
          model.delete(id);
          break;
        case "take": {
          const taken = timers.take(at);
          assert.equal(taken === -1, earliest > at);
          if (taken === -1) break;
          assert.equal(model.get(taken), earliest);
          model.delete(taken);
        }
      }
      assert.equal(timers.size, model.size);
      assert.equal(timers.next(), Math.min(Infinity, ...model.values()));
    }
  }));
});
