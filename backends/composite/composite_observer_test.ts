// What two backends see of the platform, put together.
import assert from "node:assert/strict";
import type { Backend, Observation, Observer, Op } from "../backend.ts";
import { compositeBackend } from "./composite.ts";

type Keys = readonly string[];

/** A backend whose state is the keys that it was asked for. */
function part(name: string, observer?: Observer<Op, Keys>): Backend<Op, Keys> {
  return {
    name,
    initial: ["begun"],
    plan: (_, state) => ({ ops: [], state }),
    apply: () => Promise.resolve({ ok: true }),
    close: () => Promise.resolve(),
    ...(observer === undefined ? {} : { observer }),
  };
}

/** Sees that something is to be put right, and waits for something; the test can tell its watchers. */
function looker(name: string, seen: Partial<Observation<Op, Keys> & { ok: true }> = {}) {
  const listeners = new Set<(why: string, urgent: boolean) => void>();
  return {
    listeners,
    observe: () =>
      Promise.resolve({
        ok: true as const,
        plan: (state: Keys) => ({
          ops: [{ op: "fix", key: "k", after: ["first"], because: "" }],
          state: [...state, "seen"],
          waits: [{ key: name, what: name }],
        }),
        ...seen,
      }),
    watch(listener: (why: string, urgent: boolean) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function both(main: Backend<Op, Keys>, beside: Backend<Op, Keys>) {
  return compositeBackend({ main, beside, isBeside: () => false });
}

const { signal } = new AbortController();

Deno.test("where neither can be asked, both together cannot", () => {
  assert.equal(both(part("kernel"), part("userspace")).observer, undefined);
});

Deno.test("where only the one beside can be asked, the main one's operations and state stay", async () => {
  const { observer, initial } = both(part("kernel"), part("userspace", looker("userspace")));
  const seen = await observer?.observe(signal);
  assert(seen?.ok);
  assert.equal(seen.covers?.("userspace/k"), true);
  assert.equal(seen.covers?.("kernel/k"), false);
  const { ops, state, waits } = seen.plan(initial);
  assert.deepEqual(ops.map(({ part, key, after }) => [part, key, after]), [
    ["beside", "userspace/k", ["userspace/first"]],
  ]);
  assert.deepEqual(state, { main: ["begun"], beside: ["begun", "seen"] });
  assert.deepEqual(waits?.map(({ key }) => key), ["userspace"]);
});

Deno.test("where both can be asked, each answers for its own", async () => {
  const { observer, initial } = both(
    part("kernel", looker("kernel", { covers: (key) => key === "k" })),
    part("userspace", looker("userspace", { covers: () => false })),
  );
  const seen = await observer?.observe(signal);
  assert(seen?.ok);
  const keys = ["kernel/k", "kernel/other", "userspace/k", "elsewhere/k"];
  assert.deepEqual(keys.filter((key) => seen.covers?.(key)), ["kernel/k"]);
  const { ops, state, waits } = seen.plan(initial);
  assert.deepEqual(ops.map(({ part, key }) => [part, key]), [
    ["main", "kernel/k"],
    ["beside", "userspace/k"],
  ]);
  assert.deepEqual(state, { main: ["begun", "seen"], beside: ["begun", "seen"] });
  assert.deepEqual(waits?.map(({ key }) => key), ["kernel", "userspace"]);
});

Deno.test("what the platform tells either of them is passed on, until it is enough", () => {
  const [kernel, userspace] = [looker("kernel"), looker("userspace")];
  const { observer } = both(part("kernel", kernel), part("userspace", userspace));
  const told: string[] = [];
  const stop = observer?.watch((why, urgent) => told.push(`${why} ${urgent}`));
  for (const tell of kernel.listeners) tell("the network", true);
  for (const tell of userspace.listeners) tell("the addresses", false);
  assert.deepEqual(told, ["the network true", "the addresses false"]);
  stop?.();
  assert.deepEqual([kernel.listeners.size, userspace.listeners.size], [0, 0]);
});

Deno.test.each([
  { who: "kernel" },
  { who: "userspace" },
])("if $who cannot look, nothing is known", async ({ who }) => {
  const blind: Observer<Op, Keys> = {
    observe: () => Promise.resolve({ ok: false, error: `${who} cannot look` }),
    watch: () => () => {},
  };
  const of = (name: string) => part(name, name === who ? blind : looker(name));
  const seen = await both(of("kernel"), of("userspace")).observer?.observe(signal);
  assert.deepEqual(seen, { ok: false, error: `${who} cannot look` });
});
