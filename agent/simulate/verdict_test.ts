import assert from "node:assert/strict";
import { judge, reasonOf, type RequestFacts, VERDICTS } from "./verdict.ts";

/** A request that went as it should. */
const GOOD: RequestFacts = {
  protocol: "TCP",
  kind: "short",
  sight: "reply",
  first: true,
  allowed: true,
  sameEndpoint: false,
  mayStay: false,
  closedByPod: false,
  diedUnseen: false,
};

const CASES: readonly {
  readonly what: string;
  readonly facts: Partial<RequestFacts>;
  readonly rule: string;
  readonly verdict: string;
}[] = [
  { what: "a right answer", facts: {}, rule: "answered", verdict: "answered" },
  {
    what: "an answer from the same endpoint after it has left the view",
    facts: { kind: "kept", first: false, allowed: false, sameEndpoint: true },
    rule: "answered",
    verdict: "answered",
  },
  {
    what: "an answer from an endpoint that was not allowed",
    facts: { allowed: false },
    rule: "endpoint-not-allowed",
    verdict: "misrouted",
  },
  {
    what: "an answer from another endpoint in mid-connection, even an allowed one",
    facts: { kind: "kept", first: false, sameEndpoint: false },
    rule: "endpoint-changed",
    verdict: "misrouted",
  },
  {
    what: "changed bytes",
    facts: { sight: "wrong-reply" },
    rule: "bytes-changed",
    verdict: "failed",
  },
  {
    what: "changed bytes from a pod that then died",
    facts: { sight: "wrong-reply", closedByPod: true },
    rule: "bytes-changed",
    verdict: "failed",
  },
  {
    what: "a refused front end",
    facts: { sight: "no-connection" },
    rule: "front-end-refused",
    verdict: "failed",
  },
  {
    what: "a refused front end after a pod died: the proxy is to try another",
    facts: { sight: "no-connection", diedUnseen: true },
    rule: "front-end-refused",
    verdict: "failed",
  },
  { what: "a hang", facts: { sight: "hang" }, rule: "hung", verdict: "failed" },
  {
    what: "a hang after the pod closed: its end must reach the client",
    facts: { sight: "hang", closedByPod: true },
    rule: "hung",
    verdict: "failed",
  },
  {
    what: "an end that the pod made",
    facts: { sight: "end", kind: "kept", first: false, closedByPod: true },
    rule: "pod-finished-or-died",
    verdict: "excused",
  },
  {
    what: "an end before any pod saw the request, and one died meanwhile",
    facts: { sight: "end", diedUnseen: true },
    rule: "pod-died-in-between",
    verdict: "excused",
  },
  {
    what: "an end in mid-connection, though a pod of the service died: this one's pod lives",
    facts: { sight: "end", kind: "kept", first: false, diedUnseen: true },
    rule: "kept-connection-cut",
    verdict: "cut",
  },
  {
    what: "the end of a kept connection whose pod lives",
    facts: { sight: "end", kind: "kept", first: false },
    rule: "kept-connection-cut",
    verdict: "cut",
  },
  {
    what: "the end of a kept connection before its first reply",
    facts: { sight: "end", kind: "kept" },
    rule: "ended-without-reply",
    verdict: "failed",
  },
  {
    what: "the end of a short connection",
    facts: { sight: "end" },
    rule: "ended-without-reply",
    verdict: "failed",
  },
  {
    what: "an answer over UDP from another endpoint, because the first one has left",
    facts: { protocol: "UDP", kind: "kept", first: false },
    rule: "answered",
    verdict: "answered",
  },
  {
    what: "an answer over UDP from another endpoint, though the first one is there",
    facts: { protocol: "UDP", kind: "kept", first: false, mayStay: true },
    rule: "flow-moved",
    verdict: "cut",
  },
  {
    what: "an answer over UDP from the flow's old endpoint after it has left the view",
    facts: { protocol: "UDP", kind: "kept", first: false, sameEndpoint: true, allowed: false },
    rule: "flow-stuck",
    verdict: "misrouted",
  },
  {
    what: "a UDP query to which nobody replies",
    facts: { protocol: "UDP", sight: "hang" },
    rule: "unanswered",
    verdict: "failed",
  },
  {
    what: "a UDP query to which nobody replies, though pods died: others are there",
    facts: { protocol: "UDP", sight: "hang", closedByPod: true, diedUnseen: true },
    rule: "unanswered",
    verdict: "failed",
  },
];

Deno.test.each([...CASES])("judge(): $what is $verdict", ({ facts, rule, verdict }) => {
  assert.deepEqual(judge({ ...GOOD, ...facts }), { rule, value: verdict });
});

Deno.test("every verdict rule has a case above, and a reason", () => {
  const covered = new Set(CASES.map(({ rule }) => rule));
  for (const { name, why } of VERDICTS) {
    assert.ok(covered.has(name), `no case for ${name}`);
    assert.equal(reasonOf(name), why);
  }
});

Deno.test("only an end that comes with a pod's own end is excused", () => {
  const excusing = VERDICTS.filter((rule) => rule.then === "excused").map((rule) => rule.name);
  assert.deepEqual(excusing, ["pod-finished-or-died", "pod-died-in-between"]);
});
