import assert from "node:assert/strict";
import { NODES, SERVICES } from "./resources.ts";
import { labelsHold, parseFieldSelector, parseLabelSelector, selects } from "./selectors.ts";
import { ApiError } from "./status.ts";
import { stored } from "./_testing.ts";

const LABELS = { app: "web", tier: "front", "example.com/on": "" };

Deno.test.each([
  { selector: "", holds: true },
  { selector: "app", holds: true },
  { selector: "absent", holds: false },
  { selector: "!absent", holds: true },
  { selector: "!app", holds: false },
  { selector: "app=web", holds: true },
  { selector: "app==web", holds: true },
  { selector: "app = db", holds: false },
  { selector: "app!=db", holds: true },
  { selector: "absent!=db", holds: true },
  { selector: "app!=web", holds: false },
  { selector: "absent=", holds: false },
  { selector: "example.com/on=", holds: true },
  { selector: "example.com/on", holds: true },
  { selector: "app in (db, web)", holds: true },
  { selector: "app in (db)", holds: false },
  { selector: "example.com/on in (,x)", holds: true },
  { selector: "absent in (a)", holds: false },
  { selector: "app notin (db,cache)", holds: true },
  { selector: "app notin (web)", holds: false },
  { selector: "absent notin (a)", holds: true },
  { selector: "app=web,tier in (front,back),!absent", holds: true },
  { selector: "app=web,tier notin (front,back)", holds: false },
  { selector: "!service.kubernetes.io/headless,!service.kubernetes.io/x", holds: true },
])("label selector «$selector» holds: $holds", ({ selector, holds }) => {
  assert.equal(labelsHold(parseLabelSelector(selector), LABELS), holds);
});

Deno.test("a label selector does not mistake what every object inherits for a label", () => {
  assert.equal(labelsHold(parseLabelSelector("constructor"), LABELS), false);
});

Deno.test.each([
  ["app in web"],
  ["app in (web"],
  ["=web"],
  ["app=web=x"],
  ["a,,b"],
  ["-app"],
  ["app>1"],
  ["app in (a b)"],
])("label selector «%s» is refused", (selector) => {
  assert.throws(
    () => parseLabelSelector(selector),
    (error) => error instanceof ApiError && error.code === 400 && error.message.includes(selector),
  );
});

Deno.test.each([
  { selector: "", holds: true },
  { selector: "metadata.name=web", holds: true },
  { selector: "metadata.name==db", holds: false },
  { selector: "metadata.namespace!=kube-system", holds: true },
  { selector: "spec.clusterIP!=None", holds: true },
  { selector: "spec.clusterIP=None", holds: false },
  { selector: "spec.type=ClusterIP,metadata.name=web", holds: true },
  { selector: "spec.type=", holds: false },
])("field selector «$selector» holds: $holds", ({ selector, holds }) => {
  const fields = parseFieldSelector(selector, SERVICES);
  const object = stored("Service", { spec: { clusterIP: "10.0.0.1", type: "ClusterIP" } });
  assert.equal(selects({ namespace: "", labels: [], fields }, object), holds);
});

Deno.test("a field that is absent counts as empty, and as unequal to anything else", () => {
  const [fields, object] = [
    parseFieldSelector("spec.clusterIP!=None", SERVICES),
    stored("Service"),
  ];
  assert.equal(selects({ namespace: "", labels: [], fields }, object), true);
  const empty = parseFieldSelector("spec.clusterIP=", SERVICES);
  assert.equal(selects({ namespace: "", labels: [], fields: empty }, object), true);
});

Deno.test("a field selector takes escaped commas, equal signs and backslashes in values", () => {
  const [requirement] = parseFieldSelector("metadata.name=a\\,b\\=c\\\\d", SERVICES);
  assert.deepEqual(requirement, { path: "metadata.name", equals: true, value: "a,b=c\\d" });
});

Deno.test.each([
  { selector: "spec.color=red", says: /field label not supported: spec.color/ },
  { selector: "metadata.name", says: /can't understand "metadata.name"/ },
  { selector: "metadata.name=a=b", says: /can't understand/ },
])("field selector «$selector» is refused", ({ selector, says }) => {
  assert.throws(() => parseFieldSelector(selector, NODES), { name: "ApiError", message: says });
});

Deno.test("a namespace selects by itself", () => {
  const none = { labels: [], fields: [] };
  assert.equal(selects({ namespace: "default", ...none }, stored("Service")), true);
  assert.equal(selects({ namespace: "other", ...none }, stored("Service")), false);
});
