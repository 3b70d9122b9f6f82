/**
 * What the command line says of the userspace backend.
 *
 * @module
 */
import type { UserspaceOptions } from "../../backends/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";

/**
 * The flags of the userspace backend as its options.
 *
 * @throws {UsageError} If one has a value that makes no sense.
 */
export function userspaceOptions(
  { balancing, terminateRemoved, udpIdleTimeout }: FlagValues,
): Pick<UserspaceOptions, "balancing" | "terminateRemoved" | "udpIdleTimeoutMs"> {
  if (udpIdleTimeout <= 0) {
    throw new UsageError(
      "Cannot read flag --udp-idle-timeout: a flow must be let live for some time; give 10s, say",
      "to-userspace",
    );
  }
  return { balancing, terminateRemoved, udpIdleTimeoutMs: udpIdleTimeout };
}
