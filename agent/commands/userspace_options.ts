/**
 * What the command line says of the userspace backend.
 *
 * @module
 */
import { type UserspaceOptions, whyNotNative } from "../../backends/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";
import { parseCidr } from "../../core/mod.ts";
import { RunError } from "../run_error.ts";

/** The options that the command line sets. */
type OptionsOfFlags = Required<
  Pick<
    UserspaceOptions,
    | "balancing"
    | "dataPath"
    | "nodePortAddresses"
    | "terminateRemoved"
    | "udpIdleTimeoutMs"
    | "workers"
  >
>;

/**
 * The flags of the userspace backend as its options.
 *
 * @throws {UsageError} If one has a value that makes no sense.
 */
export function userspaceOptions(
  { balancing, terminateRemoved, udpIdleTimeout, nodePortAddresses, dataPath, workers }: FlagValues,
): OptionsOfFlags {
  if (udpIdleTimeout <= 0) {
    throw new UsageError(
      "Cannot read flag --udp-idle-timeout: a flow must be let live for some time; give 10s, say",
      "to-userspace",
    );
  }
  const bad = nodePortAddresses.find((text) => parseCidr(text) === null);
  if (bad !== undefined) {
    throw new UsageError(
      `Cannot read flag --nodeport-addresses: "${bad}" is not a CIDR such as 192.168.0.0/16, nor primary`,
      "to-userspace",
    );
  }
  if (workers === 0 && dataPath === "native") {
    throw new UsageError(
      "Cannot read flag --workers: the native data path blocks the thread that it runs in, so it " +
        "needs a worker; give --workers=1 or more, or --data-path=deno",
      "to-userspace",
    );
  }
  return {
    balancing,
    terminateRemoved,
    udpIdleTimeoutMs: udpIdleTimeout,
    nodePortAddresses,
    dataPath,
    workers: Math.min(workers, navigator.hardwareConcurrency),
  };
}

/**
 * Makes sure, before anything is served, that a data path that was asked for by name works here.
 *
 * @throws {RunError} If it does not.
 */
export function checkDataPath({ dataPath }: Pick<FlagValues, "dataPath">): void {
  const why = dataPath === "native" ? whyNotNative() : null;
  if (why === null) return;
  throw new RunError(`${why}; --data-path=auto takes Deno's sockets where this does not work`);
}
