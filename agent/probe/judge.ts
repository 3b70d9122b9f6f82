/**
 * Expected against seen: the rule table. Pure.
 *
 * @module
 */
import { firstMatch, type Rule } from "../../core/mod.ts";
import { isAddress } from "./dialects.ts";
import type { Mark, Sight, Target } from "./model.ts";

/** What is known of the endpoints, from having asked them directly. */
export interface Known {
  /** The endpoints that gave a name, `ip:port`, by that name. */
  readonly byName: ReadonlyMap<string, ReadonlySet<string>>;
  /** What each endpoint that was asked did, by protocol and `ip:port`. */
  readonly direct: ReadonlyMap<string, Sight>;
}

/** The key of an endpoint in {@linkcode Known}. */
export function directKey(protocol: Target["protocol"], endpoint: string): string {
  return `${protocol}/${endpoint}`;
}

/** What the table looks at. */
export interface JudgeInput {
  /** The address. */
  readonly target: Pick<Target, "protocol" | "kind" | "expected">;
  /** What was seen. */
  readonly sight: Sight;
  /** Who answered, as `ip:port`, as far as the name tells; `null` where it does not. */
  readonly who: ReadonlySet<string> | null;
  /** What the expected endpoints do when they are asked directly; empty where they were not. */
  readonly direct: readonly Sight[];
  /** How many endpoints are expected. */
  readonly endpoints: number;
}

const ANSWERED_BY_NOBODY: ReadonlySet<Sight["seen"]> = new Set(["refused", "closed", "silent"]);

/** What one sight comes to. */
export const JUDGE_RULES: readonly Rule<JudgeInput, string, Mark>[] = [
  {
    name: "client-unknown",
    why: "the view does not say whether this client may: its address is not known",
    when: ({ target }) => target.expected.answer === "unsure",
    then: "unknown",
  },
  {
    name: "not-asked",
    why: "this machine could not ask",
    when: ({ sight, target }) => sight.seen === "failed" && target.expected.answer === "nobody",
    then: "unknown",
  },
  {
    name: "nobody-answers",
    why: "nobody answers, as it should be",
    when: ({ target, sight }) =>
      target.expected.answer === "nobody" && ANSWERED_BY_NOBODY.has(sight.seen),
    then: "ok",
  },
  {
    name: "answers-without-endpoints",
    why: "somebody answers where nobody should",
    when: ({ target }) => target.expected.answer === "nobody",
    then: "wrong",
  },
  {
    name: "policy-for-own-clients",
    why: "no endpoint runs on this node, and its own clients get no answer either",
    when: ({ target: { expected }, sight: { seen } }) =>
      expected.answer === "one-of" && expected.optional && ANSWERED_BY_NOBODY.has(seen),
    then: "ok",
  },
  {
    name: "right-endpoint",
    why: "an endpoint answers that should",
    when: ({ sight, who, target: { expected } }) =>
      sight.seen === "answered" && who !== null && expected.answer === "one-of" &&
      expected.endpoints.some((endpoint) => who.has(endpoint)),
    then: "ok",
  },
  {
    name: "wrong-endpoint",
    why: "an endpoint answers that should not",
    when: ({ sight, who }) => sight.seen === "answered" && who !== null,
    then: "wrong",
  },
  {
    name: "stranger",
    why: "somebody answers who is none of the endpoints: all of them have another name",
    when: ({ sight, direct, endpoints, target }) =>
      target.kind !== "Endpoint" && sight.seen === "answered" && sight.name !== "" &&
      direct.filter(({ name }) => name !== "").length === endpoints,
    then: "wrong",
  },
  {
    name: "answered",
    why: "somebody answers, who does not say who it is or whose name nobody knows",
    when: ({ sight }) => sight.seen === "answered",
    then: "ok",
  },
  {
    name: "connected",
    why: "it takes the connection; that is all there is to see",
    when: ({ sight: { seen }, target, direct }) =>
      (seen === "open" || seen === "closed") &&
      (target.kind === "Endpoint" || direct.some((each) => each.seen === seen) ||
        seen === "open" && direct.length === 0),
    then: "ok",
  },
  {
    name: "speechless",
    why: "no endpoint answers any question that this program knows, so silence says nothing",
    when: ({ target, sight, direct }) =>
      target.protocol === "UDP" && sight.seen === "silent" &&
      !direct.some(({ seen }) => seen === "answered"),
    then: "unknown",
  },
  {
    name: "no-answer",
    why: "nobody answers where somebody should",
    when: () => true,
    then: "wrong",
  },
];

/** What came of one address. */
export interface Judgement {
  /** What the cell is. */
  readonly mark: Mark;
  /** The rule that decided. */
  readonly verdict: string;
  /** The same in words. */
  readonly why: string;
}

const WEIGHT: Readonly<Record<Mark, number>> = { ok: 0, unknown: 1, wrong: 2 };

/** What all that was seen of one address comes to: the worst of it. */
export function judge(target: Target, sights: readonly Sight[], known: Known): Judgement {
  const [worst] = sights.map((sight) => judgeOne(target, sight, known))
    .sort((a, b) => WEIGHT[b.mark] - WEIGHT[a.mark]);
  if (worst === undefined) {
    return { mark: "unknown", verdict: "not-asked", why: "it was not asked" };
  }
  const { expected } = target;
  if (worst.mark !== "ok" || expected.answer !== "one-of" || !expected.sticky) return worst;
  const names = new Set(sights.map(({ name }) => name).filter((name) => name !== ""));
  if (names.size < 2) return worst;
  const why = `the client should stay with its endpoint, and met ${[...names].join(", ")}`;
  return { mark: "wrong", verdict: "affinity", why };
}

function judgeOne(target: Target, sight: Sight, known: Known): Judgement {
  const { expected, protocol, kind } = target;
  const endpoints = expected.answer === "one-of" ? expected.endpoints : [];
  const input: JudgeInput = {
    target,
    sight,
    who: whoIs(sight.name, known),
    direct: kind === "Endpoint" ? [] : endpoints
      .map((endpoint) => known.direct.get(directKey(protocol, endpoint)))
      .filter((each) => each !== undefined),
    endpoints: endpoints.length,
  };
  const { name: verdict, why, then: mark } = firstMatch(JUDGE_RULES, input);
  return { mark, verdict, why };
}

/** The endpoints that have the name; one that is an address speaks for itself. */
function whoIs(name: string, { byName }: Known): ReadonlySet<string> | null {
  return isAddress(name) ? new Set([name]) : byName.get(name) ?? null;
}
