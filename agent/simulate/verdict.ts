/**
 * What counts as a failure of the proxy, and what the scenario itself has broken: an ordered table,
 * the first rule that holds decides. The rule's name stands beside every failure in the summary.
 *
 * @module
 */
import { decide, type Decision, type Rule } from "../../core/mod.ts";

/** What a client saw of one request. */
export const SIGHTS = [
  "reply", // the whole reply, with the bytes that were sent
  "wrong-reply", // a reply that is not the answer to the request, or with other bytes
  "no-connection", // the connection to the front end was refused, or failed in another way
  "hang", // nothing, or half a reply, for as long as a client waits
  "end", // the end of the connection, or a reset, before the whole reply
] as const;

/** What a client saw of one request. */
export type Sight = typeof SIGHTS[number];

/** Everything that the judgement of one request looks at. For UDP, a flow is the connection. */
export interface RequestFacts {
  /** How the request came. */
  readonly protocol: "TCP" | "UDP";
  /** A connection for a request or three, or one that is meant to stay. */
  readonly kind: "short" | "kept";
  /** What the client saw. */
  readonly sight: Sight;
  /** Whether it is the first request of its connection. */
  readonly first: boolean;
  /** Whether the view in force between dial and reply allowed the endpoint that answered. */
  readonly allowed: boolean;
  /** Whether the endpoint that answered is the one that gave the connection's earlier replies. */
  readonly sameEndpoint: boolean;
  /** Whether a flow's endpoint lived and was allowed all the time since its last reply. */
  readonly mayStay: boolean;
  /** Whether the pod that held the connection closed it by itself: it had finished, or it died. */
  readonly closedByPod: boolean;
  /** Whether a pod of the service died since the dial, and no pod ever got a request from here. */
  readonly diedUnseen: boolean;
}

/** What a request counts as. */
export type Verdict = "answered" | "failed" | "misrouted" | "cut" | "excused";

/** The rules. Only the two whose name begins with `pod-` excuse anything. */
export const VERDICTS = [
  {
    name: "bytes-changed",
    why: "the reply does not carry what the request carried",
    when: (facts: RequestFacts) => facts.sight === "wrong-reply",
    then: "failed",
  },
  {
    name: "endpoint-changed",
    why: "one connection was answered by two endpoints",
    when: (facts: RequestFacts) =>
      facts.protocol === "TCP" && facts.sight === "reply" && !facts.first && !facts.sameEndpoint,
    then: "misrouted",
  },
  {
    name: "endpoint-not-allowed",
    why: "no view in force between dial and reply allowed the endpoint that answered",
    when: (facts: RequestFacts) =>
      facts.protocol === "TCP" && facts.sight === "reply" && facts.first && !facts.allowed,
    then: "misrouted",
  },
  {
    name: "flow-stuck",
    why: "no view in force between a datagram and its reply allowed the endpoint that answered",
    when: (facts: RequestFacts) =>
      facts.protocol === "UDP" && facts.sight === "reply" && !facts.allowed,
    then: "misrouted",
  },
  {
    name: "flow-moved",
    why: "a flow left an endpoint that lived and was allowed all the time",
    when: (facts: RequestFacts) =>
      facts.protocol === "UDP" && facts.sight === "reply" && !facts.first &&
      !facts.sameEndpoint && facts.mayStay,
    then: "cut",
  },
  {
    name: "answered",
    why: "an allowed endpoint answered; a connection that lives stays where it is",
    when: (facts: RequestFacts) => facts.sight === "reply",
    then: "answered",
  },
  {
    name: "front-end-refused",
    why: "the front end did not take the connection, though its service exists and has a ready pod",
    when: (facts: RequestFacts) => facts.sight === "no-connection",
    then: "failed",
  },
  {
    name: "unanswered",
    why: "none of the tries of a UDP query got a reply, for as long as a client waits",
    when: (facts: RequestFacts) => facts.protocol === "UDP",
    then: "failed",
  },
  {
    name: "hung",
    why: "neither a reply nor an end came; even a pod's death must reach the client",
    when: (facts: RequestFacts) => facts.sight === "hang",
    then: "failed",
  },
  {
    name: "pod-finished-or-died",
    why: "the pod behind the connection closed it itself, which no proxy can hide",
    when: (facts: RequestFacts) => facts.closedByPod,
    then: "excused",
  },
  {
    name: "pod-died-in-between",
    why: "a pod of the service died after the dial, before it read what the proxy had sent it",
    when: (facts: RequestFacts) => facts.first && facts.diedUnseen,
    then: "excused",
  },
  {
    name: "kept-connection-cut",
    why: "the connection ended although its pod lives and its service exists",
    when: (facts: RequestFacts) => facts.kind === "kept" && !facts.first,
    then: "cut",
  },
  {
    name: "ended-without-reply",
    why: "the connection ended without a reply, though a pod was there to give it",
    when: () => true,
    then: "failed",
  },
] as const satisfies readonly Rule<RequestFacts, string, Verdict>[];

/** The name of a rule. */
export type VerdictRule = typeof VERDICTS[number]["name"];

/** Judges one request. */
export function judge(facts: RequestFacts): Decision<VerdictRule, Verdict> {
  return decide<RequestFacts, VerdictRule, Verdict>(VERDICTS, facts);
}

/** What a rule means, in words. */
export function reasonOf(rule: VerdictRule): string {
  return VERDICTS.find(({ name }) => name === rule)?.why ?? rule;
}
