/**
 * Label selectors as Kubernetes writes them: `tier=edge,env in (a, b),!legacy`. All requirements must
 * hold.
 *
 * @module
 */
import { unreachable } from "./rules.ts";

/** One requirement: whether the label has one of the values, or none of them, or is not there at all. */
export type LabelRequirement =
  | {
    /** The label has one of these values. */
    readonly kind: "in";
    /** The label's key. */
    readonly key: string;
    /** The values. */
    readonly values: readonly string[];
  }
  | {
    /** The label has another value, or is not there. */
    readonly kind: "not-in";
    /** The label's key. */
    readonly key: string;
    /** The values. */
    readonly values: readonly string[];
  }
  | {
    /** The label is not there. */
    readonly kind: "absent";
    /** The label's key. */
    readonly key: string;
  };

/** What came of reading a requirement. */
export type ReadRequirement =
  | {
    /** It can be read. */
    readonly ok: true;
    /** What it says. */
    readonly requirement: LabelRequirement;
  }
  | {
    /** It cannot. */
    readonly ok: false;
    /** What is wrong with it. */
    readonly error: string;
  };

/** Reads one requirement: `key=value`, `key==value`, `key!=value`, `key in (a,b)`, `key notin (a,b)`, `!key`. */
export function readRequirement(text: string): ReadRequirement {
  const absent = /^!\s*(.*)$/.exec(text);
  if (absent !== null) return checked({ kind: "absent", key: absent[1] ?? "" });
  const equal = /^([^!=]*?)\s*(!=|==?)\s*(.*)$/.exec(text);
  if (equal !== null) {
    const [, key = "", operator, value = ""] = equal;
    return checked({ kind: operator === "!=" ? "not-in" : "in", key, values: [value] });
  }
  const set = /^(\S*)\s+(in|notin)\s*\((.*)\)$/.exec(text);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    return checked({ kind: operator === "in" ? "in" : "not-in", key, values });
  }
  return { ok: false, error: "it is none of key=value, key!=value, key in (a,b), !key" };
}

/** Whether labels fulfil all requirements. */
export function fulfils(
  labels: Readonly<Record<string, string>>,
  requirements: readonly LabelRequirement[],
): boolean {
  return requirements.every((each) => {
    const value = Object.hasOwn(labels, each.key) ? labels[each.key] : undefined;
    switch (each.kind) {
      case "in":
        return value !== undefined && each.values.includes(value);
      case "not-in":
        return value === undefined || !each.values.includes(value);
      case "absent":
        return value === undefined;
      default:
        return unreachable(each);
    }
  });
}

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Keys and values as the API server takes them: others can be on no Service. */
function checked(requirement: LabelRequirement): ReadRequirement {
  const { key } = requirement;
  const [name = "", prefix, ...more] = key.split("/").reverse();
  if (!NAME.test(name) || more.length > 0 || (prefix !== undefined && !PREFIX.test(prefix))) {
    return { ok: false, error: `"${key}" is not the key of a label` };
  }
  const values = requirement.kind === "absent" ? [] : requirement.values;
  const wrong = values.find((value) => value !== "" && !NAME.test(value));
  return wrong === undefined
    ? { ok: true, requirement }
    : { ok: false, error: `"${wrong}" is not the value of a label` };
}
