/**
 * The services that `--userspace-services` chooses.
 *
 * @module
 */
import { readChoice, type UserspaceChoice } from "../../backends/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";

/**
 * Which services are proxied beside the kernel, by name and by label.
 *
 * @throws {UsageError} If a part of it is neither.
 */
export function userspaceChoice(
  { userspaceServices }: Pick<FlagValues, "userspaceServices">,
): UserspaceChoice {
  const read = readChoice(userspaceServices);
  if (read.ok) return read.choice;
  throw new UsageError(
    `Cannot read flag --userspace-services: ${read.error}`,
    "to-winkernel",
  );
}
