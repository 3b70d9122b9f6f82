import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { RunError } from "../run_error.ts";
import { openAddressManager } from "./address_manager.ts";

Deno.test("without an address manager nothing is opened", async () => {
  const flags = { addressManager: "none", interface: "nowhere" } as const;
  assert.equal(await openAddressManager(flags, SILENT), null);
});

Deno.test("an address manager that cannot be used ends the program with its reason", async () => {
  const flags = { addressManager: "iproute2", interface: "no such" } as const;
  await assert.rejects(
    openAddressManager(flags, SILENT),
    (error) => error instanceof RunError && error.message.includes('interface "no such"'),
  );
});
