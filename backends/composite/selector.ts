/**
 * Which services go to the userspace backend beside the kernel one.
 *
 * @module
 */
import type { ServicePortView } from "../../core/mod.ts";
import { type LabelRequirement, readRequirement } from "./label_selector.ts";

/** The annotation that names the backend of a service. */
export const BACKEND_ANNOTATION = "windlass.dev/backend";

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
 * Whether a service port goes to the userspace backend: its service has annotation
 * `windlass.dev/backend: userspace`, or its name is among the patterns, `NAMESPACE/NAME` with `*` for
 * any text. The annotation goes before the patterns.
 */
export function userspaceSelector(
  patterns: readonly string[],
): (entry: ServicePortView) => boolean {
  const tests = patterns.map((pattern) =>
    new RegExp(`^${pattern.split("*").map(quoted).join(".*")}$`)
  );
  return ({ namespace, service, annotations }) => {
    const named = annotations[BACKEND_ANNOTATION];
    if (named !== undefined) return named === "userspace";
    return tests.some((test) => test.test(`${namespace}/${service}`));
  };
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
