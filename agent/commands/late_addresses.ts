/**
 * An address manager that is opened when the first address is wanted: beside the kernel backend only
 * some Services need one, and mostly none does.
 *
 * @module
 */
import type { AddressManager, ApplyResult } from "../../backends/mod.ts";

/**
 * Makes an address manager of one that is opened later. One that cannot be opened fails the address
 * that asked for it, and is tried anew with the next; where `open` answers `null`, somebody else puts
 * addresses on interfaces.
 */
export function lateAddresses(open: () => Promise<AddressManager | null>): AddressManager {
  let opening: Promise<AddressManager | null> | null = null;
  let opened: AddressManager | null = null;

  async function through(
    use: (manager: AddressManager) => Promise<ApplyResult>,
  ): Promise<ApplyResult> {
    opening ??= open();
    let manager: AddressManager | null;
    try {
      opened = manager = await opening;
    } catch (error) {
      opening = null;
      return {
        ok: false,
        error: error instanceof Error ? error.message : String(error),
        retry: true,
      };
    }
    return manager === null ? { ok: true } : await use(manager);
  }

  return {
    name: "late",
    assign: (ip, signal) => through((manager) => manager.assign(ip, signal)),
    // What was never opened has put no address anywhere.
    release: (ip, signal) =>
      opening === null
        ? Promise.resolve({ ok: true })
        : through((manager) => manager.release(ip, signal)),
    owns: (ip) => opened?.owns(ip) ?? false,
  };
}
