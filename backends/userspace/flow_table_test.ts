import assert from "node:assert/strict";
import fc from "fast-check";
import { type FlowLinks, FlowTable } from "./flow_table.ts";

interface Entry extends FlowLinks<Entry> {
  readonly id: number;
}

let id = 0;
const entry = (client: string): Entry => ({
  client,
  id: id++,
  lastSeen: 0,
  older: null,
  newer: null,
});

/** The clients, the one that was used longest ago first, taken out on the way. */
function order(table: FlowTable<Entry>): readonly string[] {
  const clients: string[] = [];
  for (let each = table.oldest; each !== null; each = table.oldest) {
    clients.push(each.client);
    table.remove(each);
  }
  return clients;
}

Deno.test("the oldest flow is the one that was touched longest ago", () => {
  const table = new FlowTable<Entry>();
  const [a, b, c] = [entry("a"), entry("b"), entry("c")];
  [a, b, c].forEach((each, now) => table.add(each, now));
  table.touch(a, 3);
  table.touch(a, 4);
  assert.equal(a.lastSeen, 4);
  table.touch(b, 5);
  assert.deepEqual(order(table), ["c", "a", "b"]);
  assert.equal(table.size, 0);
});

Deno.test("a flow that was taken out does not take its successor with it", () => {
  const table = new FlowTable<Entry>();
  const [first, second] = [entry("a"), entry("a")];
  table.add(first, 0);
  table.remove(first);
  table.add(second, 1);
  table.remove(first);
  assert.equal(table.get("a"), second);
  assert.deepEqual([table.has(first), table.has(second)], [false, true]);
});

Deno.test("any history leaves what a plain list would", () => {
  const step = fc.record({ client: fc.constantFrom(..."abcdef"), remove: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const table = new FlowTable<Entry>();
    let list: string[] = [];
    steps.forEach(({ client, remove }, now) => {
      const known = table.get(client);
      list = list.filter((each) => each !== client);
      if (remove) {
        if (known !== undefined) table.remove(known);
        return;
      }
      list.push(client);
      if (known === undefined) table.add(entry(client), now);
      else table.touch(known, now);
    });
    assert.equal(table.size, list.length);
    assert.deepEqual(Array.from(table, ({ client }) => client).sort(), [...list].sort());
    assert.deepEqual(order(table), list);
  }));
});
