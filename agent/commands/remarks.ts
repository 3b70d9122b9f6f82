/**
 * Tells operations that do something from those that only say that something is not as asked: a plan
 * that holds none but the latter has nothing left to do.
 *
 * @module
 */
import type { Op } from "../../backends/mod.ts";

/** A plan in two: what it does, and what it only says. */
export interface SplitPlan {
  /** What is carried out, in order. */
  readonly ops: readonly Op[];
  /** What is said of services that do not get all that they ask for. */
  readonly remarks: readonly Op[];
}

/** The verbs of operations that only say something. */
const SAYING: readonly string[] = ["unsupported", "ignored"];

/** Takes a plan apart. */
export function splitRemarks(plan: readonly Op[]): SplitPlan {
  const says = ({ op }: Op) => SAYING.includes(op);
  return { ops: plan.filter((op) => !says(op)), remarks: plan.filter(says) };
}

/** The remarks in words, a line for each. */
export function remarkLines(remarks: readonly Op[]): readonly string[] {
  return remarks.map((remark) => `Not as asked: ${reasonOf(remark)}`);
}

function reasonOf(remark: Op): string {
  const reason = "reason" in remark && typeof remark.reason === "string"
    ? `: ${remark.reason}`
    : "";
  return `${remark.because}${reason}`;
}
