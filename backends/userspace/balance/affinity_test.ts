import assert from "node:assert/strict";
import fc from "fast-check";
import { AffinityTable, AffinityTables } from "./affinity.ts";
import { backendAddress } from "./backend_address.ts";

const A = backendAddress("10.1.0.1:80");
const B = backendAddress("10.1.0.2:80");

/** A table with a time-out of 10 s and a clock that stands where it is put. */
function rig(limit?: number) {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const table = new AffinityTable(limit === undefined ? { now } : { now, limit });
  table.setTimeout(10);
  return { clock, table, where: (client: string) => table.recall(client)[0]?.address };
}

Deno.test("a client is remembered until its time is over, which begins anew with each connection", () => {
  const { clock, table, where } = rig();
  table.note("c", "l", A);
  clock.ms = 9_999;
  assert.equal(where("c"), A.address);
  table.note("c", "l", A);
  clock.ms = 19_998;
  assert.equal(where("c"), A.address);
  clock.ms = 19_999;
  assert.equal(where("c"), undefined);
});

Deno.test("another time-out holds at once, for those who are known too", () => {
  const { clock, table, where } = rig();
  table.note("c", "l", A);
  clock.ms = 5_000;
  table.setTimeout(5);
  assert.equal(where("c"), undefined);
  table.setTimeout(6);
  assert.equal(where("c"), A.address);
});

Deno.test("a clock that goes back makes nobody older or younger", () => {
  const { clock, table, where } = rig();
  clock.ms = 100_000;
  table.note("c", "l", A);
  clock.ms = 0;
  assert.equal(where("c"), A.address);
  table.note("c", "l", B);
  assert.equal(where("c"), B.address);
  clock.ms = 109_999;
  assert.equal(where("c"), B.address);
  clock.ms = 110_000;
  assert.equal(where("c"), undefined);
});

Deno.test("a full table forgets the client that was away for the longest time", () => {
  const { table, where } = rig(2);
  table.note("old", "l", A);
  table.note("new", "l", A);
  table.note("old", "l", A);
  table.note("newer", "l", B);
  assert.deepEqual(["old", "new", "newer"].map(where), [A.address, undefined, B.address]);
  assert.equal(table.size, 2);
});

Deno.test("clients whose time is over make room by themselves", () => {
  const { clock, table } = rig();
  for (let i = 0; i < 100; i++) table.note(`c${i}`, "l", A);
  clock.ms = 10_000;
  table.note("c", "l", A);
  assert.equal(table.size, 1);
});

Deno.test("a client has one choice for each listener, the latest first", () => {
  const { table } = rig();
  table.note("c", "http", A);
  table.note("c", "https", B);
  table.note("c", "http", A);
  assert.deepEqual(table.recall("c").map(({ listener, address }) => [listener, address]), [
    ["http", A.address],
    ["https", B.address],
  ]);
});

Deno.test("a client's choices are bounded too", () => {
  const { table } = rig();
  for (let i = 0; i < 100; i++) table.note("c", `l${i}`, A);
  assert.equal(table.recall("c").length, 16);
  assert.equal(table.recall("c")[0]?.listener, "l99");
});

Deno.test("a pod that is given up is so for every listener, and others stay", () => {
  const { table, where } = rig();
  table.note("c", "http", A);
  table.note("c", "https", backendAddress("10.1.0.1:443"));
  table.note("c", "dns", B);
  table.giveUp("c", A.ip);
  assert.deepEqual(table.recall("c").map(({ listener }) => listener), ["dns"]);
  table.giveUp("c", B.ip);
  table.giveUp("nobody", B.ip);
  assert.equal(where("c"), undefined);
  assert.equal(table.size, 0);
});

Deno.test("any history: the table is never over its limit, and tells what a simple model tells", () => {
  const stepArb = fc.record({
    client: fc.nat(5).map((n) => `c${n}`),
    backend: fc.constantFrom(A, B),
    after: fc.integer({ min: -2_000, max: 6_000 }),
  });
  fc.assert(fc.property(fc.array(stepArb, { maxLength: 60 }), (steps) => {
    const { clock, table, where } = rig(3);
    let latest = -Infinity;
    const model = new Map<string, { at: number; address: string }>();
    for (const { client, backend, after } of steps) {
      clock.ms += after;
      latest = Math.max(latest, clock.ms);
      table.note(client, "l", backend);
      model.delete(client);
      model.set(client, { at: latest, address: backend.address });
      const oldest = model.keys().next().value;
      if (model.size > 3 && oldest !== undefined) model.delete(oldest);
      assert.ok(table.size <= 3);
      for (let n = 0; n <= 5; n++) {
        const told = model.get(`c${n}`);
        const alive = told !== undefined && latest - told.at < 10_000;
        assert.equal(where(`c${n}`), alive ? told.address : undefined);
      }
    }
  }));
});

Deno.test("the listeners of a service share a table, as long as there is one", () => {
  const tables = new AffinityTables({ now: () => 0 });
  const table = tables.join("default/web");
  assert.equal(tables.join("default/web"), table);
  assert.notEqual(tables.join("default/other"), table);
  tables.leave("default/web");
  assert.equal(tables.join("default/web"), table);
  for (const service of ["default/web", "default/web", "default/other", "default/nobody"]) {
    tables.leave(service);
  }
  assert.equal(tables.size, 0);
});
