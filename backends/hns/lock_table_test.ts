import assert from "node:assert/strict";
import { LockTable } from "./lock_table.ts";

Deno.test("work that shares a name runs one after the other, the rest at the same time", async () => {
  const locks = new LockTable();
  const running: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const start = (id: string, names: readonly string[]) => {
    const gate = Promise.withResolvers<void>();
    gates.set(id, gate);
    return locks.run(names, async () => {
      running.push(id);
      await gate.promise;
    });
  };
  const turn = () => new Promise<void>((resolve) => queueMicrotask(() => setTimeout(resolve, 0)));
  const all = [
    start("a", ["1", "2"]),
    start("b", ["2", "3"]),
    start("c", ["4"]),
    start("d", ["3"]),
  ];
  await turn();
  assert.deepEqual(running, ["a", "c"]);
  gates.get("a")?.resolve();
  await turn();
  assert.deepEqual(running, ["a", "c", "b"]);
  gates.get("b")?.resolve();
  await turn();
  assert.deepEqual(running, ["a", "c", "b", "d"]);
  for (const gate of gates.values()) gate.resolve();
  await Promise.all(all);
});

Deno.test("work that fails frees its names", async () => {
  const locks = new LockTable();
  await assert.rejects(locks.run(["1"], () => Promise.reject(new Error("no"))), /no/);
  assert.equal(await locks.run(["1"], () => Promise.resolve("yes")), "yes");
});
