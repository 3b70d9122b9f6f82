import assert from "node:assert/strict";
import { WINDOWS_ADDRESS_WAYS } from "../../backends/mod.ts";
import { SILENT } from "../../core/mod.ts";
import { FLAGS } from "../cli/flags.ts";
import { RunError } from "../run_error.ts";
import { fakeIo } from "../test_io.ts";
import { managesNoAddresses, openAddressManager } from "./address_manager.ts";

const io = fakeIo();

Deno.test.each(
  [
    { addressManager: "none", os: "linux", nobody: true },
    { addressManager: "none", os: "windows", nobody: true },
    { addressManager: "auto", os: "linux", nobody: true },
    { addressManager: "auto", os: "windows", nobody: false },
    { addressManager: "iproute2", os: "linux", nobody: false },
  ] as const,
)("$addressManager on $os: nobody manages addresses: $nobody", async (each) => {
  const { addressManager, os, nobody } = each;
  assert.equal(managesNoAddresses({ addressManager }, os), nobody);
  if (!nobody) return;
  const flags = { addressManager, interface: "nowhere" };
  assert.equal(await openAddressManager(flags, io, SILENT, os), null);
});

Deno.test("an address manager that cannot be used ends the program with its reason", async () => {
  const flags = { addressManager: "iproute2", interface: "no such" } as const;
  await assert.rejects(
    openAddressManager(flags, io, SILENT),
    (error) => error instanceof RunError && error.message.includes('interface "no such"'),
  );
});

Deno.test("Windows' address managers are refused elsewhere", async () => {
  for (const addressManager of WINDOWS_ADDRESS_WAYS) {
    await assert.rejects(
      openAddressManager({ addressManager, interface: "windlass0" }, io, SILENT, "linux"),
      /^RunError: Cannot use --address-manager=\w+: it is for Windows/,
    );
  }
});

Deno.test("the flag has every way of Windows", () => {
  const choices: readonly string[] = FLAGS.addressManager.choices;
  for (const way of WINDOWS_ADDRESS_WAYS) assert.ok(choices.includes(way), way);
});
