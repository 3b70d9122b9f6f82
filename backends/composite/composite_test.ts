import assert from "node:assert/strict";
import { BACKEND_ANNOTATION, diff } from "../../core/mod.ts";
import type { ApplyResult, Backend, Op } from "../backend.ts";
import { NO_VIEW, servicePort, viewOf } from "../test_views.ts";
import { compositeBackend } from "./composite.ts";
import { userspaceSelector } from "./selector.ts";

/** A backend that plans one operation for each change, and keeps their keys as its state. */
function recorder(name: string): Backend<Op, readonly string[]> & { readonly applied: string[] } {
  const applied: string[] = [];
  return {
    name,
    applied,
    initial: [],
    plan: (changes, state) => ({
      ops: changes.map(({ type, key }) => ({ op: type, key, after: ["first"], because: name })),
      state: [...state, ...changes.map(({ type, key }) => `${type} ${key}`)],
      waits: changes.map(({ key }) => ({ key, what: name })),
    }),
    apply(op): Promise<ApplyResult> {
      applied.push(op.key);
      return Promise.resolve({ ok: true });
    },
    close() {
      applied.push("closed");
      return Promise.resolve();
    },
  };
}

const { signal } = new AbortController();

Deno.test("each service port goes to one backend, and moves with a removal and an addition", async () => {
  const main = recorder("kernel");
  const beside = recorder("userspace");
  const both = compositeBackend({ main, beside, isBeside: userspaceSelector(["shop/*"]) });
  const kernel = servicePort({ namespace: "default" });
  const user = servicePort({ namespace: "shop" });
  const view = viewOf([kernel, user]);
  const plan = both.plan(diff(NO_VIEW, view), both.initial);
  assert.deepEqual(plan.ops.map(({ part, key, after }) => [part, key, after]), [
    ["main", `kernel/${kernel.key}`, ["kernel/first"]],
    ["beside", `userspace/${user.key}`, ["userspace/first"]],
  ]);
  assert.deepEqual(plan.waits?.map(({ key }) => key), [kernel.key, user.key]);
  for (const op of plan.ops) await both.apply(op, signal);
  assert.deepEqual([main.applied, beside.applied], [[kernel.key], [user.key]]);

  const moved = { ...kernel, annotations: { [BACKEND_ANNOTATION]: "userspace" } };
  const next = both.plan(diff(view, viewOf([moved, user])), plan.state);
  assert.deepEqual(next.ops.map(({ part, op }) => [part, op]), [["main", "remove"], [
    "beside",
    "add",
  ]]);
  await both.close(signal);
  assert.equal(main.applied.at(-1), "closed");
  assert.equal(beside.applied.at(-1), "closed");
});

Deno.test("what the main backend sees covers its own operations only", async () => {
  const beside = recorder("userspace");
  const main: Backend<Op, readonly string[]> = {
    ...recorder("kernel"),
    observer: {
      observe: () =>
        Promise.resolve({
          ok: true,
          plan: (state) => ({
            ops: [{ op: "fix", key: "k", after: [], because: "" }],
            state: [...state, "seen"],
          }),
        }),
      watch: () => () => {},
    },
  };
  const both = compositeBackend({ main, beside, isBeside: () => false });
  const seen = await both.observer?.observe(signal);
  assert(seen?.ok);
  assert.equal(seen.covers?.("kernel/k"), true);
  assert.equal(seen.covers?.("userspace/k"), false);
  const { ops, state } = seen.plan(both.initial);
  assert.deepEqual(ops.map(({ key }) => key), ["kernel/k"]);
  assert.deepEqual(state, { main: ["seen"], beside: [] });
});

Deno.test.each([
  { patterns: [], annotation: undefined, beside: false },
  { patterns: ["default/web"], annotation: undefined, beside: true },
  { patterns: ["default/we"], annotation: undefined, beside: false },
  { patterns: ["*/web"], annotation: undefined, beside: true },
  { patterns: ["def*/w*"], annotation: undefined, beside: true },
  { patterns: ["default.web"], annotation: undefined, beside: false },
  { patterns: [], annotation: "userspace", beside: true },
  { patterns: ["default/web"], annotation: "winkernel", beside: false },
])(
  "$patterns and annotation $annotation: userspace $beside",
  ({ patterns, annotation, beside }) => {
    const annotations = annotation === undefined ? {} : { [BACKEND_ANNOTATION]: annotation };
    assert.equal(userspaceSelector(patterns)(servicePort({ annotations })), beside);
  },
);
