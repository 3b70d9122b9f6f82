/**
 * What the command line says of the userspace backend.
 *
 * @module
 */
import type { UserspaceOptions } from "../../backends/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";
import { parseCidr } from "../../core/mod.ts";

/**
 * The flags of the userspace backend as its options.
 *
 * @throws {UsageError} If one has a value that makes no sense.
 */
export function userspaceOptions(
  { balancing, terminateRemoved, udpIdleTimeout, nodePortAddresses }: FlagValues,
): Pick<
  UserspaceOptions,
  "balancing" | "terminateRemoved" | "udpIdleTimeoutMs" | "nodePortAddresses"
> {
  if (udpIdleTimeout <= 0) {
    throw new UsageError(
      "Cannot read flag --udp-idle-timeout: a flow must be let live for some time; give 10s, say",
      "to-userspace",
    );
  }
  const bad = nodePortAddresses.find((text) => parseCidr(text) === null);
  if (bad !== undefined) {
    throw new UsageError(
      `Cannot read flag --nodeport-addresses: "${bad}" is not a CIDR such as 192.168.0.0/16`,
      "to-userspace",
    );
  }
  return { balancing, terminateRemoved, udpIdleTimeoutMs: udpIdleTimeout, nodePortAddresses };
}
