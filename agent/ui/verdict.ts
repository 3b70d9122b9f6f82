/**
 * How the proxy is on the whole, by a table of rules: what a person should know first. Pure.
 *
 * @module
 */
import { firstMatch, type Rule } from "../../core/mod.ts";
import type { AgentStatus } from "../sync_loop.ts";
import type { Level, Verdict } from "./wire.ts";

/** How the proxy is on the whole, by the first rule that holds. */
export const VERDICT_RULES: readonly Rule<AgentStatus, string, Level>[] = [
  {
    name: "source-trouble",
    why: "the source cannot be reached or read; the node keeps what it has",
    when: ({ source }) => source.state === "trouble",
    then: "bad",
  },
  {
    name: "waiting-for-lists",
    why: "services and endpoint slices have not both been listed; nothing is programmed before",
    when: ({ ready }) => !ready,
    then: "warn",
  },
  {
    name: "platform-unseen",
    why: "the platform cannot be asked what it has",
    when: ({ looks }) => looks !== null && looks.error !== "",
    then: "bad",
  },
  {
    name: "operations-failed",
    why: "operations failed; they are tried again, or wait for a change",
    when: ({ ops }) => ops.failed.length + ops.retrying.length + ops.blocked.length > 0,
    then: "bad",
  },
  {
    name: "waiting-for-others",
    why: "something must come from others first: a network, an endpoint that the CNI makes",
    when: ({ looks }) => looks !== null && looks.waits.length > 0,
    then: "warn",
  },
  {
    name: "working",
    why: "operations are under way",
    when: ({ ops }) => ops.pending + ops.inFlight > 0,
    then: "good",
  },
  {
    name: "in-sync",
    why: "the node has what the cluster asks for",
    when: () => true,
    then: "good",
  },
];

/** How a server of KPNG is on the whole, by the first rule that holds. */
export const SERVER_VERDICT_RULES: readonly Rule<AgentStatus, string, Level>[] = [
  {
    name: "source-trouble",
    why: "the source cannot be reached or read; clients keep what they were told",
    when: ({ source }) => source.state === "trouble",
    then: "bad",
  },
  {
    name: "waiting-for-lists",
    why: "services and endpoint slices have not both been listed; clients are told nothing before",
    when: ({ ready }) => !ready,
    then: "warn",
  },
  {
    name: "serving",
    why: "clients are told what the cluster is",
    when: () => true,
    then: "good",
  },
];

/** How it is on the whole: a proxy's, if no other rules are given. */
export function verdictOf(
  status: AgentStatus,
  rules: readonly Rule<AgentStatus, string, Level>[] = VERDICT_RULES,
): Verdict {
  const { name, why, then } = firstMatch(rules, status);
  return { level: then, rule: name, why };
}
