import fc from "fast-check";
import assert from "node:assert/strict";
import { type FlowOwner, FlowTable } from "./flow_table.ts";
import { type Addresses, LOCAL_WORDS, PEER_WORDS } from "./sys.ts";

const AF_INET6 = 10;
const CAPACITY = 12;

interface Key {
  readonly owner: number;
  readonly v6: boolean;
  readonly peer: number;
  readonly local: number;
}

/** Few values, so that equal keys, and keys that differ in one part only, are common. */
const KEY: fc.Arbitrary<Key> = fc.record({
  owner: fc.nat(1),
  v6: fc.boolean(),
  peer: fc.nat(7),
  local: fc.nat(2),
});

function source({ v6, peer, local }: Key): Addresses {
  const peers = new Uint32Array(2 * PEER_WORDS);
  const locals = new Uint32Array(2 * LOCAL_WORDS);
  // The second place, so that offsets count.
  peers[PEER_WORDS] = (v6 ? AF_INET6 : 2) | (1000 + (peer & 1)) << 16;
  peers[PEER_WORDS + (v6 ? 5 : 1)] = peer >> 1;
  locals[LOCAL_WORDS] = local;
  return { peers, locals };
}

type Step = { readonly do: "use" | "remove" | "evict" | "evict-own"; readonly key: Key };

Deno.test("a flow table finds, adds, removes and orders, in all and by owner, as a Map does", () => {
  const step: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom("use", "use", "use", "remove", "evict", "evict-own"),
    key: KEY,
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), fc.integer(), (steps, seed) => {
      const table = new FlowTable(CAPACITY, seed);
      const owners = [1, 2].map((generation) => ({ generation, recency: { newest: -1 } }));
      const ownerOf = (key: Key): FlowOwner => owners[key.owner] ?? assert.fail();
      const model = new Map<string, number>(); // in order of last use
      let now = 0;
      for (const { do: what, key } of steps) {
        const name = JSON.stringify(key);
        const owner = ownerOf(key);
        const oldestOwn = () =>
          [...model].find(([other]) => JSON.parse(other).owner === key.owner) ?? ["", -1];
        const found = table.find(owner, source(key), 1);
        assert.equal(found, model.get(name) ?? -1);
        switch (what) {
          case "use": {
            const flow = found === -1 ? table.add(owner, source(key), 1, ++now) : found;
            if (found !== -1) table.touch(found, ++now);
            assert.equal(flow === -1, found === -1 && model.size === CAPACITY);
            if (flow === -1) break;
            assert.equal(table.lastUse[flow], now);
            model.delete(name);
            model.set(name, flow);
            break;
          }
          case "remove":
            if (found === -1) break;
            table.remove(found);
            model.delete(name);
            break;
          case "evict":
            if (table.oldest === -1) break;
            table.remove(table.oldest);
            model.delete([...model.keys()][0] ?? "");
            break;
          case "evict-own":
            if (table.oldestOf(owner) === -1) break;
            table.remove(table.oldestOf(owner));
            model.delete(oldestOwn()[0]);
        }
        assert.equal(table.oldestOf(owner), oldestOwn()[1]);
        assert.equal(table.size, model.size);
        assert.equal(table.oldest, [...model.values()][0] ?? -1);
      }
      for (const [name, flow] of model) {
        const key: Key = JSON.parse(name);
        assert.equal(table.find(ownerOf(key), source(key), 1), flow);
      }
    }),
    { numRuns: 300 },
  );
});
