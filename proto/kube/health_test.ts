import assert from "node:assert/strict";
import { Health } from "./health.ts";

function health() {
  const said: string[] = [];
  const clock = { now: 0 };
  const health = new Health({
    where: "https://server",
    report: ({ severity, where, message }) => said.push(`${severity} @ ${where}: ${message}`),
    now: () => clock.now,
  });
  return { health, said, clock };
}

Deno.test("a failure that goes on is told once, and again after five minutes", () => {
  const { health: it, said, clock } = health();
  for (; clock.now < 299_000; clock.now += 1000) it.failed("list nodes", "refused");
  assert.deepEqual(said, ["trouble @ https://server: refused"]);
  clock.now = 300_000;
  it.failed("list nodes", "refused");
  assert.equal(said.length, 2);
});

Deno.test("one reason for several failures is told once, and its end when the last one works", () => {
  const { health: it, said } = health();
  it.failed("watch nodes", "refused");
  it.failed("watch services", "refused");
  it.worked("watch nodes");
  assert.equal(said.length, 1);
  it.worked("watch services");
  assert.deepEqual(said, [
    "trouble @ https://server: refused",
    "recovered @ https://server: The API server answers again",
  ]);
});

Deno.test("two messages with one cause are one trouble", () => {
  const { health: it, said } = health();
  it.failed("watch nodes", "refused", "unreachable");
  it.failed("watch services", "reset", "unreachable");
  it.failed("watch nodes", "timed out", "unreachable");
  assert.deepEqual(said, ["trouble @ https://server: refused"]);
});

Deno.test("another reason is told at once, and a reason that is over and comes back too", () => {
  const { health: it, said } = health();
  for (const message of ["refused", "403", "refused"]) it.failed("list nodes", message);
  assert.deepEqual(said.map((text) => text.split(": ")[1]), ["refused", "403", "refused"]);
});

Deno.test("what always worked is not told", () => {
  const { health: it, said } = health();
  it.worked("list nodes");
  assert.deepEqual(said, []);
});
