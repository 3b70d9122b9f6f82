/**
 * Which outcomes of operations a user must see: an ordered table, the first rule that holds wins.
 *
 * @module
 */
import type { ApplyResult, Op } from "../../backends/mod.ts";
import type { EventReport, Regarding } from "./event_report.ts";

/** An operation, what came of it, and the node. */
export interface Outcome {
  /** The operation. */
  readonly op: Op;
  /** What came of it. */
  readonly result: ApplyResult;
  /** The node. */
  readonly node: string;
}

/** One rule: when it holds, and the event that then is made, `null` for none. */
export interface EventRule {
  /** Its name. */
  readonly name: string;
  /** What it is for: one sentence without full stop. */
  readonly about: string;
  /** Whether it holds. */
  readonly when: (outcome: Outcome) => boolean;
  /** The event. */
  readonly then: (outcome: Outcome) => EventReport | null;
}

/** The rules. */
export const EVENT_RULES: readonly EventRule[] = [
  {
    name: "not-supported",
    about: "A service port that the backend does not proxy",
    when: ({ op }) => op.op === "unsupported",
    then: (outcome) =>
      warning(outcome, "ServiceNotSupported", "Proxy", textIn(outcome.op, "reason")),
  },
  {
    name: "setting-ignored",
    about: "A setting of a Service that is not followed",
    when: ({ op }) => op.op === "ignored",
    then: (outcome) =>
      warning(outcome, "ServiceSettingIgnored", "Proxy", textIn(outcome.op, "reason")),
  },
  {
    name: "done",
    about: "An operation that succeeded",
    when: ({ result }) => result.ok,
    then: () => null,
  },
  {
    name: "node-port-unavailable",
    about: "A node port that cannot be listened on, because it is in use, say",
    when: ({ op }) => listenerOf(op)["kind"] === "NodePort",
    then: (outcome) => warning(outcome, "FailedToOpenNodePort", "Listen"),
  },
  {
    name: "address-unavailable",
    about: "A Service's address that cannot be listened on",
    when: ({ op }) => "listener" in op,
    then: (outcome) => warning(outcome, "FailedToBindServiceAddress", "Listen"),
  },
  {
    name: "address-not-assigned",
    about: "A Service's address that cannot be put on the interface",
    when: ({ op }) => op.op === "assign-address",
    then: (outcome) => warning(outcome, "FailedToAssignServiceAddress", "AssignAddress"),
  },
  {
    name: "failed",
    about: "Any other operation that failed",
    when: () => true,
    then: (outcome) => warning(outcome, "FailedToProgramService", "Program"),
  },
];

/** The event that an outcome makes, `null` for none. */
export function eventOf(outcome: Outcome): EventReport | null {
  return EVENT_RULES.find((rule) => rule.when(outcome))?.then(outcome) ?? null;
}

function warning(
  { op, result, node }: Outcome,
  reason: string,
  action: string,
  why = "",
): EventReport {
  const note = why !== "" ? why : result.ok ? op.because : result.error;
  return {
    regarding: regardingOf(op, node),
    type: "Warning",
    reason,
    action,
    note: `Node ${node}: ${note}`,
  };
}

/** The Service that an operation names in one of the ways in which operations do, else the Node. */
function regardingOf(op: Op, node: string): Regarding {
  const listener = listenerOf(op);
  const named = [listener["service"], textIn(op, "service"), textIn(op, "servicePort")];
  for (const name of named) {
    const match = typeof name === "string" ? /^([^/:]+)\/([^/:]+)(?::|$)/.exec(name) : null;
    if (match === null) continue;
    return { kind: "Service", namespace: match[1] ?? "", name: match[2] ?? "" };
  }
  return { kind: "Node", namespace: "", name: node };
}

function listenerOf(op: Op): Readonly<Record<string, unknown>> {
  const listener = "listener" in op ? op.listener : null;
  return typeof listener === "object" && listener !== null ? { ...listener } : {};
}

function textIn(op: Op, field: string): string {
  const value: unknown = Object.entries(op).find(([key]) => key === field)?.[1];
  return typeof value === "string" ? value : "";
}
