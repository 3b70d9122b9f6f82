import assert from "node:assert/strict";
import fc from "fast-check";
import { FlowIndex, type Indexed } from "./flow_index.ts";

Deno.test("clients of one port are told apart by their IPs", () => {
  const index = new FlowIndex<Indexed>();
  const [a, b] = ["192.0.2.1", "192.0.2.2"].map((clientIp) => ({ clientIp, clientPort: 53 }));
  assert.ok(a !== undefined && b !== undefined);
  index.add(a);
  assert.equal(index.get(b.clientIp, 53), null);
  index.add(b);
  assert.equal(index.get(a.clientIp, 53), a);
  assert.equal(index.get(b.clientIp, 53), b);
  index.remove(a);
  assert.deepEqual([index.get(a.clientIp, 53), index.get(b.clientIp, 53)], [null, b]);
});

Deno.test("any history leaves what a map by ip and port would", () => {
  const step = fc.record({
    clientIp: fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1"),
    clientPort: fc.constantFrom(53, 5353),
    then: fc.constantFrom("add", "remove", "remove one that left before"),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const index = new FlowIndex<Indexed>();
    const map = new Map<string, Indexed>();
    for (const { then, ...client } of steps) {
      const key = JSON.stringify(client);
      const there = map.get(key);
      if (then === "add") {
        map.set(key, client);
        index.add(client);
      } else if (then === "remove" && there !== undefined) {
        map.delete(key);
        index.remove(there);
      } else {
        index.remove(client);
      }
    }
    for (const clientIp of ["192.0.2.1", "192.0.2.2", "2001:db8::1"]) {
      for (const clientPort of [53, 5353]) {
        const key = JSON.stringify({ clientIp, clientPort });
        assert.equal(index.get(clientIp, clientPort), map.get(key) ?? null);
      }
    }
  }));
});
