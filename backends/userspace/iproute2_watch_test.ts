// Addresses on Linux that somebody else takes off, and interfaces that go and come back.
import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { fakeIp } from "./_fake_ip.ts";
import { openIproute2 } from "./iproute2.ts";

const { signal } = new AbortController();

/** A manager that looks after its addresses whenever the test says so. */
async function watched(create = false) {
  const ip = fakeIp();
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  let due: (() => void) | null = null;
  const opened = await openIproute2({
    device: "windlass0",
    create,
    run: ip.run,
    keepMs: 15_000,
    setTimer: (callback) => {
      due = callback;
      return () => due = null;
    },
    log: { ...SILENT, info: write, warn: write, error: write },
  }, signal);
  if (!opened.ok) throw new Error(opened.error);
  const look = async () => {
    const now = due ?? assert.fail("nobody looks");
    due = null;
    now();
    while (due === null) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { ip, lines, look, manager: opened.manager, isWatched: () => due !== null };
}

Deno.test("addresses that somebody has taken off are put back, for as long as they are wanted", async () => {
  const { ip, lines, look, manager, isWatched } = await watched();
  assert.equal(isWatched(), false);
  for (const address of ["10.96.0.10", "10.96.0.11"]) await manager.assign(address, signal);
  await look();
  assert.deepEqual(lines, []);
  ip.lose("windlass0", false);
  await look();
  assert.deepEqual(ip.entries(), ["10.96.0.10/32 windlass0", "10.96.0.11/32 windlass0"]);
  assert.deepEqual(lines, ["Put back service addresses that were gone"]);
  for (const address of ["10.96.0.10", "10.96.0.11"]) await manager.release(address, signal);
  assert.deepEqual([ip.entries(), isWatched()], [[], false]);
});

Deno.test("an interface that is gone is told of once; when it comes back it gets its addresses", async () => {
  const { ip, lines, look, manager } = await watched();
  await manager.assign("10.96.0.10", signal);
  ip.lose("windlass0", true);
  for (const _ of [1, 2]) await look();
  assert.equal(lines.length, 1);
  assert.match(
    lines.join(),
    /^Cannot look after service addresses on interface "windlass0": .*Cannot find device "windlass0"; name an interface/,
  );
  ip.add("windlass0");
  await look();
  assert.deepEqual(ip.entries(), ["10.96.0.10/32 windlass0"]);
  await manager.release("10.96.0.10", signal);
});

Deno.test("an interface of our own making is made anew", async () => {
  const { ip, look, manager } = await watched(true);
  await manager.assign("fd00::10", signal);
  ip.lose("windlass0", true);
  await look();
  assert.deepEqual(ip.entries(), ["fd00::10/128 windlass0"]);
  await manager.release("fd00::10", signal);
});
