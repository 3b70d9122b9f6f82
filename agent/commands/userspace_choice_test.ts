import assert from "node:assert/strict";
import { fulfils } from "../../core/mod.ts";
import { readChoice } from "./userspace_choice.ts";

const LABELS = { "app.kubernetes.io/name": "web", tier: "edge", empty: "" };

/** What the flag has in its list: the text, torn apart at every comma. */
function choiceOf(text: string) {
  return readChoice(text.split(","));
}

Deno.test.each([
  { text: "tier=edge", holds: true },
  { text: "tier==edge", holds: true },
  { text: "tier = edge", holds: true },
  { text: "tier=core", holds: false },
  { text: "tier!=core", holds: true },
  { text: "other!=core", holds: true },
  { text: "tier!=edge", holds: false },
  { text: "tier in (core,edge)", holds: true },
  { text: "tier in (core, db)", holds: false },
  { text: "tier notin (core,db)", holds: true },
  { text: "other notin (core)", holds: true },
  { text: "tier notin (edge)", holds: false },
  { text: "!old", holds: true },
  { text: "!tier", holds: false },
  { text: "empty=", holds: true },
  { text: "other=", holds: false },
  { text: "toString=", holds: false },
  { text: "app.kubernetes.io/name=web,tier in (a,edge),!old", holds: true },
  { text: "app.kubernetes.io/name=web,tier in (a,b),!old", holds: false },
])("label selector $text: $holds", ({ text, holds }) => {
  const read = choiceOf(text);
  assert(read.ok, JSON.stringify(read));
  assert.deepEqual(read.choice.names, []);
  assert.equal(fulfils(LABELS, read.choice.labels), holds);
});

Deno.test("names and labels stand side by side: what has an operator is about labels", () => {
  const read = choiceOf("shop/*,app.kubernetes.io/name,tier in (a, b),default/web");
  assert(read.ok);
  assert.deepEqual(read.choice, {
    names: ["shop/*", "app.kubernetes.io/name", "default/web"],
    labels: [{ kind: "in", key: "tier", values: ["a", "b"] }],
  });
  assert.deepEqual(readChoice([]), { ok: true, choice: { names: [], labels: [] } });
});

Deno.test.each([
  { text: "web", says: '"web" is neither NAMESPACE/NAME nor about a label' },
  { text: "a/b/c", says: '"a/b/c" is neither NAMESPACE/NAME nor about a label' },
  { text: "tier=edge,web", says: '"web" is neither' },
  { text: "=edge", says: '"=edge": "" is not the key of a label' },
  { text: "-a=b", says: '"-a=b": "-a" is not the key of a label' },
  { text: "A_b/c/d=e", says: '"A_b/c/d" is not the key of a label' },
  { text: "tier=ed ge", says: '"ed ge" is not the value of a label' },
  { text: "tier in edge", says: '"tier in edge": it is none of key=value' },
  { text: "tier in (edge", says: '"tier in (edge": it is none of' },
  { text: "tier on (a,b)", says: '"tier on (a,b)": it is none of' },
  { text: "!", says: '"!": "" is not the key of a label' },
])("$text is refused: $says", ({ text, says }) => {
  const read = choiceOf(text);
  assert(!read.ok && read.error.includes(says), JSON.stringify(read));
});
