/**
 * The services that `--userspace-services` chooses.
 *
 * @module
 */
import { type LabelRequirement, readRequirement } from "../../core/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";

/** Which services are chosen. */
export interface UserspaceChoice {
  /** By name, `NAMESPACE/NAME` with `*` for any text: those that fit any of them. */
  readonly names: readonly string[];
  /** By label: those that fulfil all of them; empty for none. */
  readonly labels: readonly LabelRequirement[];
}

/** What came of reading a choice. */
export type ReadChoice =
  | {
    /** It can be read. */
    readonly ok: true;
    /** What is chosen. */
    readonly choice: UserspaceChoice;
  }
  | {
    /** It cannot. */
    readonly ok: false;
    /** The part that is wrong, why, and what would be right. */
    readonly error: string;
  };

/**
 * Reads `shop/*,tier=edge,env in (a,b)`: what has an operator (`=`, `!`, a list in parentheses) is
 * about labels, everything else is a name.
 *
 * @param items What stands between commas; a list in parentheses may be torn apart by them.
 */
export function readChoice(items: readonly string[]): ReadChoice {
  const names: string[] = [];
  const labels: LabelRequirement[] = [];
  // Commas within parentheses part values, not requirements.
  for (const part of items.join(",").split(/,(?![^(]*\))/)) {
    const text = part.trim();
    if (text === "") continue;
    if (!/[=!()\s]/.test(text)) {
      if (!/^[^/]+\/[^/]+$/.test(text)) return { ok: false, error: `"${text}" is ${NEITHER}` };
      names.push(text);
    } else {
      const read = readRequirement(text);
      if (!read.ok) return { ok: false, error: `"${text}": ${read.error}` };
      labels.push(read.requirement);
    }
  }
  return { ok: true, choice: { names, labels } };
}

const NEITHER =
  "neither NAMESPACE/NAME nor about a label; write default/web, team-*/* or tier=edge, say";

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
