// What all balancing policies have in common, and what each alone does.
import assert from "node:assert/strict";
import fc from "fast-check";
import { BALANCING_POLICIES } from "../spec.ts";
import { chance, clientIp, endpoints, given, idle, over, picks } from "./_endpoints.ts";
import { backendAddress } from "./backend_address.ts";
import { leastConnections } from "./least_connections.ts";
import { policyOf } from "./policies.ts";
import { type Load, NOBODY } from "./policy.ts";
import { powerOfTwo } from "./power_of_two.ts";
import { randomChoice } from "./random.ts";
import { roundRobin } from "./round_robin.ts";

const zero = () => 0;
const connections: Load = ({ active }) => active;

for (const name of BALANCING_POLICIES) {
  Deno.test(`${name} never picks what was tried, and finds what was not, whatever comes and goes`, () => {
    fc.assert(fc.property(
      fc.integer(),
      fc.array(
        fc.record({
          use: fc.uniqueArray(fc.nat(9), { maxLength: 8 }),
          tried: fc.uniqueArray(fc.nat(9), { maxLength: 8 }),
          active: fc.array(fc.nat(3), { minLength: 10, maxLength: 10 }),
          client: fc.nat(999),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      (seed, steps) => {
        const all = idle(10);
        const policy = policyOf(name, chance(seed), connections);
        for (const { use, tried, active, client } of steps) {
          all.forEach((each, i) => each.active = active[i] ?? 0);
          const used = all.filter((_, i) => use.includes(i));
          const except = new Set(tried.map((i) => all[i]?.address ?? ""));
          policy.replace(used);
          const picked = policy.pick(clientIp(client), except);
          const left = used.filter(({ address }) => !except.has(address));
          assert.ok(left.length === 0 ? picked === null : picked && left.includes(picked));
        }
      },
    ));
  });

  Deno.test(`${name} gives each of 20 endpoints its share`, () => {
    const backends = idle(20);
    const policy = over(policyOf(name, chance(1), connections), backends);
    const shares = new Map(backends.map(({ address }) => [address, 0]));
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      const picked = policy.pick(clientIp(i), NOBODY);
      assert.ok(picked);
      shares.set(picked.address, (shares.get(picked.address) ?? 0) + 1);
    }
    for (const [address, share] of shares) {
      assert.ok(Math.abs(share * 20 / count - 1) < 0.15, `${address} got ${share} of ${count}`);
    }
  });
}

Deno.test("round robin gives each endpoint its turn", () => {
  const policy = over(roundRobin(zero), endpoints({ "a:1": 0, "b:1": 0, "c:1": 0 }));
  assert.deepEqual(picks(policy, 5), ["a:1", "b:1", "c:1", "a:1", "b:1"]);
});

Deno.test("round robin begins at a random endpoint", () => {
  const policy = over(roundRobin(() => 0.99), endpoints({ "a:1": 0, "b:1": 0, "c:1": 0 }));
  assert.deepEqual(picks(policy, 2), ["c:1", "a:1"]);
});

Deno.test("round robin passes over the endpoints that were tried, and knows when there are no others", () => {
  const policy = over(roundRobin(zero), endpoints({ "a:1": 0, "b:1": 0, "c:1": 0 }));
  assert.deepEqual(picks(policy, 3, new Set(["b:1"])), ["a:1", "c:1", "a:1"]);
  assert.deepEqual(picks(policy, 1, new Set(["a:1", "b:1", "c:1"])), [undefined]);
});

Deno.test("the turn goes on where it was when endpoints come and go", () => {
  const [a, b, c, d] = ["a:1", "b:1", "c:1", "d:1"].map(backendAddress);
  assert.ok(a && b && c && d);
  const policy = over(roundRobin(zero), [a, b, d]);
  assert.deepEqual(picks(policy, 1), ["a:1"]);
  policy.replace([a, b, c, d]);
  assert.deepEqual(picks(policy, 2), ["b:1", "c:1"]);
  policy.replace([a, b]);
  assert.deepEqual(picks(policy, 2), ["a:1", "b:1"]);
});

Deno.test("round robin is fair: no endpoint is two turns ahead of another, while it is told again too", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 6 }),
    fc.nat(40),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (size, count, random) => {
      const backends = idle(size);
      const policy = over(roundRobin(() => random), backends);
      const turns = new Map(backends.map(({ address }) => [address, 0]));
      for (let i = 0; i < count; i++) {
        const address = policy.pick("c", NOBODY)?.address ?? "";
        turns.set(address, (turns.get(address) ?? 0) + 1);
        policy.replace([...backends]);
      }
      assert.ok(Math.max(...turns.values()) - Math.min(...turns.values()) <= 1);
    },
  ));
});

Deno.test("random follows chance alone", () => {
  const policy = over(
    randomChoice(given(0.9, 0, 0.5)),
    endpoints({ "a:1": 9, "b:1": 0, "c:1": 0 }),
  );
  assert.deepEqual(picks(policy, 3), ["c:1", "a:1", "b:1"]);
});

Deno.test.each([
  { active: { "a:1": 2, "b:1": 1, "c:1": 3 }, picked: "b:1" },
  { active: { "a:1": 2, "b:1": 1, "c:1": 0 }, picked: "c:1" },
  { active: { "a:1": 1, "b:1": 1, "c:1": 1 }, picked: "a:1" },
])("least connections, with $active, picks $picked", ({ active, picked }) => {
  assert.deepEqual(picks(over(leastConnections(zero, connections), endpoints(active)), 1), [
    picked,
  ]);
});

Deno.test("least connections gives each of several equals its turn", () => {
  const policy = over(
    leastConnections(zero, connections),
    endpoints({ "a:1": 1, "b:1": 2, "c:1": 1, "d:1": 1 }),
  );
  assert.deepEqual(picks(policy, 4), ["a:1", "c:1", "d:1", "a:1"]);
});

Deno.test("least connections passes over the least loaded if it was tried", () => {
  const policy = over(
    leastConnections(zero, connections),
    endpoints({ "a:1": 0, "b:1": 5, "c:1": 4 }),
  );
  assert.deepEqual(picks(policy, 1, new Set(["a:1"])), ["c:1"]);
});

Deno.test("least connections keeps long connections even: no endpoint has two more than another", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(60), (size, count) => {
    const backends = idle(size);
    const policy = over(leastConnections(chance(count), connections), backends);
    for (let i = 0; i < count; i++) {
      const picked = policy.pick("c", NOBODY);
      assert.ok(picked);
      picked.active++;
    }
    const active = backends.map((each) => each.active);
    assert.ok(Math.max(...active) - Math.min(...active) <= 1);
  }));
});

Deno.test.each([
  { what: "the first drawn, if it has fewer", random: [0, 0], picked: "a:1" },
  { what: "the second drawn, if it has fewer", random: [0.3, 0], picked: "a:1" },
  { what: "the better of those drawn, not the best", random: [0.3, 0.4], picked: "b:1" },
  { what: "never one twice", random: [0.99, 0.99], picked: "c:1" },
])("power of two picks $what", ({ random, picked }) => {
  const policy = over(
    powerOfTwo(given(...random), connections),
    endpoints({ "a:1": 0, "b:1": 5, "c:1": 6, "d:1": 7 }),
  );
  assert.deepEqual(picks(policy, 1), [picked]);
});

Deno.test("power of two never picks the one endpoint that has more than all others", () => {
  const policy = over(
    powerOfTwo(chance(7), connections),
    endpoints({ "a:1": 1, "b:1": 1, "c:1": 2 }),
  );
  assert.ok(!picks(policy, 500).includes("c:1"));
});
