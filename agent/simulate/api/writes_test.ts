import assert from "node:assert/strict";
import { at, type JsonObject, objectAt, textAt } from "./json.ts";
import { names, service, testServer } from "./_testing.ts";

const SERVICES = "/api/v1/namespaces/default/services";
const WEB = `${SERVICES}/web`;

Deno.test("create answers 201 with what the server added, and 409 the second time", async () => {
  await using test = await testServer();
  const { code, body } = await test.send("POST", SERVICES, { body: service("web") });
  assert.equal(code, 201);
  const { uid, ...metadata } = objectAt(body, "metadata");
  assert.match(
    String(uid),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.deepEqual(metadata, {
    name: "web",
    namespace: "default",
    labels: {},
    resourceVersion: String(test.server.store.version),
    creationTimestamp: "2026-01-01T00:00:00Z",
    generation: 1,
  });
  const again = await test.send("POST", SERVICES, { body: service("web") });
  assert.deepEqual([again.code, again.body], [409, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: 'services "web" already exists',
    reason: "AlreadyExists",
    details: { name: "web", kind: "services" },
    code: 409,
  }]);
});

Deno.test.each<{ name: string; body: JsonObject; path: string; code: number; says: RegExp }>([
  {
    name: "of another kind",
    body: { ...service("web"), kind: "Node" },
    path: SERVICES,
    code: 400,
    says: /must be of type Service/,
  },
  {
    name: "in another namespace than the path's",
    body: { ...service("web"), metadata: { name: "web", namespace: "blue" } },
    path: SERVICES,
    code: 400,
    says: /namespace of the provided object does not match/,
  },
  {
    name: "in no namespace that there is",
    body: service("web"),
    path: "/api/v1/namespaces/nope/services",
    code: 404,
    says: /namespaces "nope" not found/,
  },
  {
    name: "without a name",
    body: { ...service("web"), metadata: {} },
    path: SERVICES,
    code: 422,
    says: /metadata.name: Required value: name or generateName is required/,
  },
  {
    name: "with a name that a Service cannot have",
    body: service("9web"),
    path: SERVICES,
    code: 422,
    says: /metadata.name: Invalid value: "9web": a DNS-1035 label/,
  },
  {
    name: "with a resourceVersion",
    body: { ...service("web"), metadata: { name: "web", resourceVersion: "5" } },
    path: SERVICES,
    code: 400,
    says: /resourceVersion should not be set on objects to be created/,
  },
  {
    name: "with a bad port",
    body: service("web", { spec: { ports: [{ port: 70000 }] } }),
    path: SERVICES,
    code: 422,
    says: /spec.ports\[0\].port: Invalid value: 70000/,
  },
])("create refuses an object $name", async ({ body, path, code, says }) => {
  await using test = await testServer();
  const reply = await test.send("POST", path, { body });
  assert.equal(reply.code, code);
  assert.match(textAt(reply.body, "message"), says);
  assert.deepEqual(test.server.store.list("Service"), []);
});

Deno.test("generateName makes names that differ", async () => {
  await using test = await testServer();
  const body = { ...service("x"), metadata: { generateName: "web-" } };
  const made = [
    await test.send("POST", SERVICES, { body }),
    await test.send("POST", SERVICES, { body }),
  ].map((reply) => textAt(reply.body, "metadata", "name"));
  assert.ok(made.every((name) => /^web-[a-z0-9]{5}$/.test(name)), made.join());
  assert.notEqual(made[0], made[1]);
});

Deno.test("an update of an older version is a 409 Conflict; one without a version goes through", async () => {
  await using test = await testServer();
  const { body } = await test.send("POST", SERVICES, { body: service("web") });
  const newer = await test.send("PUT", WEB, {
    body: { ...body, spec: { ...objectAt(body, "spec"), sessionAffinity: "ClientIP" } },
  });
  assert.equal(newer.code, 200);
  assert.equal(at(newer.body, "metadata", "generation"), 2);
  const stale = await test.send("PUT", WEB, { body });
  assert.deepEqual([stale.code, textAt(stale.body, "reason")], [409, "Conflict"]);
  assert.match(
    textAt(stale.body, "message"),
    /^Operation cannot be fulfilled on services "web": the object/,
  );
  const blind = await test.send("PUT", WEB, { body: service("web") });
  assert.equal(blind.code, 200);
  assert.equal(textAt(blind.body, "spec", "clusterIP"), textAt(body, "spec", "clusterIP"));
});

Deno.test("what only the server decides stays, whatever an update says", async () => {
  await using test = await testServer();
  const { body } = await test.send("POST", SERVICES, { body: service("web") });
  const metadata = { name: "web", creationTimestamp: "1999-01-01T00:00:00Z", generation: 99 };
  const { body: after } = await test.send("PUT", WEB, {
    body: {
      ...service("web"),
      metadata,
      status: { loadBalancer: { ingress: [{ ip: "1.1.1.1" }] } },
    },
  });
  for (const field of ["uid", "creationTimestamp", "generation"]) {
    assert.equal(at(after, "metadata", field), at(body, "metadata", field), field);
  }
  assert.deepEqual(after["status"], { loadBalancer: {} });
  const uid = { ...service("web"), metadata: { name: "web", uid: "other" } };
  assert.equal((await test.send("PUT", WEB, { body: uid })).code, 409);
  const renamed = await test.send("PUT", WEB, { body: service("other") });
  assert.equal(renamed.code, 400);
  assert.equal((await test.send("PUT", `${SERVICES}/none`, { body: service("none") })).code, 404);
});

const PATCHES = "application/strategic-merge-patch+json";

Deno.test("an object is changed by each form of patch", async () => {
  await using test = await testServer();
  test.server.store.create(service("web", { labels: { a: "1" } }));
  const strategic = await test.send("PATCH", WEB, {
    type: PATCHES,
    body: { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
  });
  assert.deepEqual(at(strategic.body, "spec", "ports"), [
    { protocol: "TCP", port: 80, targetPort: 8080 },
  ]);
  const merge = await test.send("PATCH", WEB, {
    type: "application/merge-patch+json",
    body: { metadata: { labels: { a: null, b: "2" } } },
  });
  assert.deepEqual(at(merge.body, "metadata", "labels"), { b: "2" });
  const json = await test.send("PATCH", WEB, {
    type: "application/json-patch+json",
    body: [{ op: "replace", path: "/spec/ports/0/port", value: 81 }],
  });
  assert.deepEqual(at(json.body, "spec", "ports"), [
    { protocol: "TCP", port: 81, targetPort: 8080 },
  ]);
});

Deno.test.each<
  { name: string; type: string; body: JsonObject | readonly JsonObject[]; code: number }
>([
  {
    name: "a JSON patch whose test fails",
    type: "application/json-patch+json",
    body: [{ op: "test", path: "/metadata/name", value: "other" }],
    code: 422,
  },
  {
    name: "a JSON patch that is none",
    type: "application/json-patch+json",
    body: { op: "add" },
    code: 400,
  },
  {
    name: "an element without its key",
    type: PATCHES,
    body: { spec: { ports: [{ targetPort: 1 }] } },
    code: 400,
  },
  {
    name: "a result that is not right",
    type: PATCHES,
    body: { spec: { ports: [{ port: 80, targetPort: 70000 }] } },
    code: 422,
  },
  {
    name: "an older version",
    type: PATCHES,
    body: { metadata: { resourceVersion: "1" } },
    code: 409,
  },
  {
    name: "server-side apply",
    type: "application/apply-patch+yaml",
    body: service("web"),
    code: 415,
  },
])("a patch is refused: $name", async ({ type, body, code }) => {
  await using test = await testServer();
  const before = test.server.store.create(service("web"));
  const reply = await test.send("PATCH", WEB, { type, body });
  assert.equal(reply.code, code, textAt(reply.body, "message"));
  assert.equal(test.server.store.get("Service", "default", "web"), before);
});

Deno.test("the status subresource changes the status, and nothing but", async () => {
  await using test = await testServer();
  test.server.store.create({ apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
  const condition = (status: string) => ({ status: { conditions: [{ type: "Ready", status }] } });
  const patched = await test.send("PATCH", "/api/v1/nodes/n1/status", {
    type: PATCHES,
    body: { ...condition("True"), spec: { unschedulable: true } },
  });
  assert.equal(patched.code, 200);
  assert.deepEqual(patched.body["status"], condition("True").status);
  assert.equal(patched.body["spec"], undefined);
  assert.equal(at(patched.body, "metadata", "generation"), 1);
  const put = await test.send("PUT", "/api/v1/nodes/n1/status", {
    body: { ...patched.body, ...condition("False") },
  });
  assert.deepEqual(put.body["status"], condition("False").status);
  const beside = await test.send("PATCH", "/api/v1/nodes/n1", {
    type: PATCHES,
    body: condition("Unknown"),
  });
  assert.deepEqual(beside.body["status"], condition("False").status);
  assert.equal(textAt((await test.send("GET", "/api/v1/nodes/n1/status")).body, "kind"), "Node");
});

Deno.test("delete answers with the Service, or with a Status for other kinds", async () => {
  await using test = await testServer();
  test.server.store.create(service("web"));
  test.server.store.create({ apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
  const gone = await test.send("DELETE", WEB);
  assert.deepEqual([gone.code, textAt(gone.body, "kind")], [200, "Service"]);
  const node = await test.send("DELETE", "/api/v1/nodes/n1", {
    body: { propagationPolicy: "Background" },
  });
  assert.deepEqual([textAt(node.body, "status"), textAt(node.body, "details", "name")], [
    "Success",
    "n1",
  ]);
  const again = await test.send("DELETE", WEB);
  assert.deepEqual([again.code, textAt(again.body, "message")], [404, 'services "web" not found']);
});

Deno.test("delete goes through only if its preconditions hold", async () => {
  await using test = await testServer();
  const { metadata } = test.server.store.create(service("web"));
  for (const preconditions of [{ uid: "other" }, { resourceVersion: "1" }]) {
    const refused = await test.send("DELETE", WEB, { body: { preconditions } });
    assert.deepEqual([refused.code, textAt(refused.body, "reason")], [409, "Conflict"]);
  }
  const { uid, resourceVersion } = metadata;
  const gone = await test.send("DELETE", WEB, {
    body: { preconditions: { uid, resourceVersion } },
  });
  assert.equal(gone.code, 200);
});

Deno.test("an object with finalizers waits for them, marked as going", async () => {
  await using test = await testServer();
  const finalizers = ["service.kubernetes.io/load-balancer-cleanup"];
  test.server.store.create({ ...service("web"), metadata: { name: "web", finalizers } });
  await using watch = await test.watch("/api/v1/services?watch=1");
  const going = await test.send("DELETE", WEB);
  assert.equal(textAt(going.body, "metadata", "deletionTimestamp"), "2026-01-01T00:00:00Z");
  assert.equal((await test.send("GET", WEB)).code, 200);
  test.server.store.patch("Service", "default", "web", { metadata: { finalizers: null } });
  assert.deepEqual(await watch.take(3), ["ADDED web", "MODIFIED web", "DELETED web"]);
  assert.equal((await test.send("GET", WEB)).code, 404);
});

Deno.test("deletecollection takes what the selectors choose, and lists it", async () => {
  await using test = await testServer();
  for (const name of ["a", "b", "c"]) {
    test.server.store.create(service(name, { labels: name === "b" ? {} : { x: "1" } }));
  }
  const { body } = await test.send("DELETE", `${SERVICES}?labelSelector=x`);
  assert.deepEqual(names(body), ["a", "c"]);
  assert.deepEqual(test.server.store.list("Service").map(({ metadata }) => metadata.name), ["b"]);
});

Deno.test("a namespace takes along what is in it", async () => {
  await using test = await testServer({ namespaces: ["default", "blue"] });
  test.server.store.create({ ...service("a"), metadata: { name: "a", namespace: "blue" } });
  test.server.store.create(service("b"));
  assert.equal((await test.send("DELETE", "/api/v1/namespaces/blue")).code, 200);
  assert.deepEqual(test.server.store.list("Service").map(({ metadata }) => metadata.name), ["b"]);
});

Deno.test("a dry run answers as if, and nothing happens", async () => {
  await using test = await testServer();
  const before = test.server.store.version;
  const made = await test.send("POST", `${SERVICES}?dryRun=All`, { body: service("web") });
  assert.deepEqual([made.code, textAt(made.body, "spec", "clusterIP")], [201, "10.96.0.1"]);
  assert.equal(test.server.store.version, before);
  test.server.store.create(service("web"));
  assert.equal((await test.send("DELETE", `${WEB}?dryRun=All`)).code, 200);
  assert.equal((await test.send("GET", WEB)).code, 200);
  assert.equal((await test.send("POST", `${SERVICES}?dryRun=Some`, { body: {} })).code, 400);
});

interface Refusal {
  readonly method: string;
  readonly path: string;
  readonly accept?: string;
  readonly type?: string;
  readonly body?: JsonObject;
  readonly code: number;
  readonly reason: string;
}

Deno.test.each<Refusal>([
  { method: "GET", path: `${SERVICES}/none`, code: 404, reason: "NotFound" },
  { method: "GET", path: "/api/v1/secrets", code: 404, reason: "NotFound" },
  { method: "GET", path: "/openapi/v3", code: 404, reason: "NotFound" },
  { method: "GET", path: `${SERVICES}?limit=x`, code: 400, reason: "BadRequest" },
  { method: "POST", path: "/api/v1/services", body: {}, code: 405, reason: "MethodNotAllowed" },
  { method: "PUT", path: SERVICES, body: {}, code: 405, reason: "MethodNotAllowed" },
  { method: "POST", path: "/version", body: {}, code: 405, reason: "MethodNotAllowed" },
  {
    method: "GET",
    path: SERVICES,
    accept: "application/vnd.kubernetes.protobuf",
    code: 406,
    reason: "NotAcceptable",
  },
  {
    method: "POST",
    path: SERVICES,
    type: "application/vnd.kubernetes.protobuf",
    body: {},
    code: 415,
    reason: "UnsupportedMediaType",
  },
])("$method $path is refused with $code", async ({ method, path, code, reason, ...extra }) => {
  await using test = await testServer();
  const reply = await test.send(method, path, extra);
  assert.deepEqual([reply.code, textAt(reply.body, "reason")], [code, reason]);
  assert.equal(textAt(reply.body, "kind"), "Status");
});

Deno.test("a body that is no JSON is told so", async () => {
  await using test = await testServer();
  const response = await fetch(test.server.url + SERVICES, { method: "POST", body: "{nope" });
  assert.equal(response.status, 415, "fetch says text/plain");
  await response.body?.cancel();
  const json = await fetch(test.server.url + SERVICES, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{nope",
  });
  assert.equal(json.status, 400);
  assert.match(await json.text(), /Cannot read the body of the request: it is not JSON/);
});

Deno.test("an object without namespaces has none, whatever the client writes", async () => {
  await using test = await testServer();
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n1", namespace: "default" } };
  const made = await test.send("POST", "/api/v1/nodes", { body: node });
  assert.equal(at(made.body, "metadata", "namespace"), undefined);
  const put = await test.send("PUT", "/api/v1/nodes/n1", { body: { ...node, spec: { a: 1 } } });
  assert.deepEqual([put.code, at(put.body, "metadata", "namespace")], [200, undefined]);
});
