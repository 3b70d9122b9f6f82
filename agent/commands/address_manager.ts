/**
 * Who puts service addresses on an interface, as the command line asks for it.
 *
 * @module
 */
import { type AddressManager, openIproute2 } from "../../backends/mod.ts";
import { FLAGS, type FlagValues } from "../cli/flags.ts";
import { type Logger, unreachable } from "../../core/mod.ts";
import { RunError } from "../run_error.ts";

/**
 * Opens the address manager of `--address-manager`; `null` for none.
 *
 * @throws {RunError} If it cannot be used here.
 */
export async function openAddressManager(
  { addressManager, interface: device }: Pick<FlagValues, "addressManager" | "interface">,
  log: Logger,
): Promise<AddressManager | null> {
  switch (addressManager) {
    case "none":
      return null;
    case "iproute2": {
      // An interface that was named is one that should be there: a slip of the pen makes none.
      const create = device === FLAGS.interface.default;
      const { signal } = new AbortController(); // each call of ip has a time limit of its own
      const opened = await openIproute2({ device, create, log }, signal);
      if (opened.ok) return opened.manager;
      throw new RunError(opened.error);
    }
    default:
      return unreachable(addressManager);
  }
}
