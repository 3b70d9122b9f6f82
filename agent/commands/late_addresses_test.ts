import assert from "node:assert/strict";
import type { AddressManager } from "../../backends/mod.ts";
import { lateAddresses } from "./late_addresses.ts";

const { signal } = new AbortController();

/** An address manager that notes what it is told. */
function recorder(): AddressManager & { readonly seen: string[] } {
  const seen: string[] = [];
  const note = (what: string) => (ip: string) => {
    seen.push(`${what} ${ip}`);
    return Promise.resolve({ ok: true } as const);
  };
  return {
    name: "recorder",
    seen,
    assign: note("assign"),
    release: note("release"),
    owns: () => true,
  };
}

Deno.test("a late address manager is opened once, by the first address that is wanted", async () => {
  const manager = recorder();
  let opened = 0;
  const late = lateAddresses(() => {
    opened++;
    return Promise.resolve(manager);
  });
  assert.deepEqual(await late.release("10.96.0.9", signal), { ok: true });
  assert.deepEqual([opened, late.owns("10.96.0.10")], [0, false]);
  await Promise.all([late.assign("10.96.0.10", signal), late.assign("10.96.0.11", signal)]);
  await late.release("10.96.0.10", signal);
  assert.deepEqual([opened, late.owns("10.96.0.10")], [1, true]);
  assert.deepEqual(manager.seen, ["assign 10.96.0.10", "assign 10.96.0.11", "release 10.96.0.10"]);
});

Deno.test("one that cannot be opened fails the address, and is tried anew", async () => {
  const manager = recorder();
  let failures = 1;
  const late = lateAddresses(() =>
    failures-- > 0
      ? Promise.reject(new Error("Cannot use IP Helper: access is denied"))
      : Promise.resolve(manager)
  );
  assert.deepEqual(await late.assign("10.96.0.10", signal), {
    ok: false,
    error: "Cannot use IP Helper: access is denied",
    retry: true,
  });
  assert.deepEqual(await late.assign("10.96.0.10", signal), { ok: true });
  assert.deepEqual(manager.seen, ["assign 10.96.0.10"]);
});

Deno.test("where nobody manages addresses, an address is taken to be there", async () => {
  const late = lateAddresses(() => Promise.resolve(null));
  assert.deepEqual(await late.assign("10.96.0.10", signal), { ok: true });
});
