import assert from "node:assert/strict";
import fc from "fast-check";
import { clientIp, idle, over, picks } from "./_endpoints.ts";
import { backendAddress } from "./backend_address.ts";
import { hash } from "./hash.ts";
import { maglev, MAGLEV_SIZES, maglevTable } from "./maglev.ts";
import { NOBODY } from "./policy.ts";

const CLIENTS = 2_000;

function addresses(count: number): readonly string[] {
  return idle(count).map(({ address }) => address);
}

function where(list: readonly string[]): readonly (string | undefined)[] {
  return picks(over(maglev(), list.map(backendAddress)), CLIENTS);
}

Deno.test("a client comes to the same endpoint again, in whatever order endpoints are told", () => {
  const list = addresses(7);
  const backends = where(list);
  assert.deepEqual(where(list.toReversed()), backends);
  assert.ok(new Set(backends).size === 7);
});

Deno.test("where clients go is the same in every version", () => {
  assert.deepEqual([hash("192.0.2.1"), hash("192.0.2.1", 1), hash("")], [
    1941296713,
    2272151125,
    2872998923,
  ]);
  assert.deepEqual(where(addresses(5)).slice(0, 5), [
    "10.1.0.1:80",
    "10.1.0.4:80",
    "10.1.0.2:80",
    "10.1.0.4:80",
    "10.1.0.0:80",
  ]);
});

Deno.test("the places of the table are shared out evenly, but for one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), (count) => {
      const shares = new Uint32Array(count);
      for (const index of maglevTable(addresses(count))) shares[index] = (shares[index] ?? 0) + 1;
      assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
    }),
    { numRuns: 20 },
  );
});

Deno.test("when an endpoint goes its clients move, and hardly any other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(39), (count, which) => {
      const list = addresses(count);
      const gone = list[which % count];
      const before = where(list);
      const after = where(list.filter((address) => address !== gone));
      const strangers = before.filter((address, i) => address !== gone && address !== after[i]);
      assert.ok(!after.includes(gone));
      assert.ok(strangers.length < CLIENTS * 0.05, `${strangers.length} clients moved needlessly`);
    }),
    { numRuns: 20 },
  );
});

Deno.test("when an endpoint comes it takes its share, and hardly any client moves elsewhere", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
      const list = addresses(count);
      const before = where(list);
      const after = where([...list, "10.2.0.1:80"]);
      const moved = after.filter((address, i) => address !== before[i]);
      const elsewhere = moved.filter((address) => address !== "10.2.0.1:80");
      assert.ok(elsewhere.length < CLIENTS * 0.05, `${elsewhere.length} moved elsewhere`);
      const share = (moved.length - elsewhere.length) * (count + 1) / CLIENTS;
      assert.ok(share > 0.5 && share < 1.5, `it took ${share} of its share`);
    }),
    { numRuns: 20 },
  );
});

Deno.test("the clients of an endpoint that cannot be reached spread over the others", () => {
  const list = addresses(10);
  const policy = over(maglev(), list.map(backendAddress));
  const dead = list[3] ?? "";
  const before = picks(policy, CLIENTS);
  const after = picks(policy, CLIENTS, new Set([dead]));
  assert.ok(before.every((address, i) => address === dead || address === after[i]));
  assert.equal(new Set(after.filter((_, i) => before[i] === dead)).size, 9);
});

Deno.test("without endpoints there is none, and one alone has all clients", () => {
  const policy = maglev();
  assert.equal(policy.pick(clientIp(1), NOBODY), null);
  assert.deepEqual(new Set(where(["10.1.0.1:80"])), new Set(["10.1.0.1:80"]));
});

Deno.test("beyond a thousand endpoints the table is larger, and each endpoint is in it", () => {
  const table = maglevTable(addresses(1_001));
  assert.equal(table.length, MAGLEV_SIZES[1].size);
  assert.equal(new Set(table).size, 1_001);
});
