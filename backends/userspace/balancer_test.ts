import assert from "node:assert/strict";
import fc from "fast-check";
import { type Balancer, roundRobin } from "./balancer.ts";

const NOBODY = new Set<string>();

function over(...addresses: string[]): Balancer {
  const balancer = roundRobin(() => 0);
  balancer.replace(addresses);
  return balancer;
}

function picks(balancer: Balancer, count: number, except = NOBODY): (string | undefined)[] {
  return Array.from({ length: count }, () => balancer.pick("c", except)?.address);
}

Deno.test("round robin gives each endpoint its turn", () => {
  assert.deepEqual(picks(over("a:1", "b:1", "c:1"), 5), ["a:1", "b:1", "c:1", "a:1", "b:1"]);
});

Deno.test("round robin begins at a random endpoint", () => {
  const balancer = roundRobin(() => 0.99);
  balancer.replace(["a:1", "b:1", "c:1"]);
  assert.deepEqual(picks(balancer, 2), ["c:1", "a:1"]);
});

Deno.test("round robin passes over the endpoints that were tried, and knows when there are no others", () => {
  const balancer = over("a:1", "b:1", "c:1");
  assert.deepEqual(picks(balancer, 3, new Set(["b:1"])), ["a:1", "c:1", "a:1"]);
  assert.deepEqual(picks(balancer, 1, new Set(["a:1", "b:1", "c:1"])), [undefined]);
  assert.deepEqual(picks(over(), 1), [undefined]);
});

Deno.test("an endpoint's address is split, also an IPv6 one", () => {
  const { ip, port } = over("[fd00::1]:8080").pick("c", NOBODY) ?? {};
  assert.deepEqual([ip, port], ["fd00::1", 8080]);
});

Deno.test("the turn goes on where it was when endpoints come and go", () => {
  const balancer = over("a:1", "b:1", "d:1");
  assert.deepEqual(picks(balancer, 1), ["a:1"]);
  balancer.replace(["a:1", "b:1", "c:1", "d:1"]);
  assert.deepEqual(picks(balancer, 2), ["b:1", "c:1"]);
  balancer.replace(["a:1", "b:1"]);
  assert.deepEqual(picks(balancer, 2), ["a:1", "b:1"]);
});

Deno.test("what is known of an endpoint that stays is kept", () => {
  const balancer = over("a:1", "b:1");
  const before = balancer.pick("c", NOBODY);
  balancer.replace(["a:1"]);
  assert.equal(balancer.pick("c", NOBODY), before);
});

Deno.test("round robin is fair: no endpoint is two turns ahead of another, while endpoints change too", () => {
  const names = ["a:1", "b:1", "c:1", "d:1", "e:1"];
  fc.assert(fc.property(
    fc.subarray(names, { minLength: 1 }),
    fc.nat(40),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (addresses, count, random) => {
      const balancer = roundRobin(() => random);
      balancer.replace(addresses);
      const turns = new Map(addresses.map((address) => [address, 0]));
      for (const address of picks(balancer, count)) {
        assert.ok(address !== undefined);
        turns.set(address, (turns.get(address) ?? 0) + 1);
        balancer.replace([...addresses]);
      }
      assert.ok(Math.max(...turns.values()) - Math.min(...turns.values()) <= 1);
    },
  ));
});
