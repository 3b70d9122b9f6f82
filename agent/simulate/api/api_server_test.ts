import assert from "node:assert/strict";
import { at, listAt, textAt } from "./json.ts";
import { SILENT } from "../../../core/mod.ts";
import { startApiServer } from "./api_server.ts";
import { NOW, service, testServer, versionOf } from "./_testing.ts";

const WEB = "/api/v1/namespaces/default/services/web";

Deno.test("discovery tells kubectl what there is", async () => {
  await using test = await testServer();
  const get = async (path: string) => (await test.send("GET", path)).body;
  assert.deepEqual(at(await get("/api"), "versions"), ["v1"]);
  assert.equal(textAt(await get("/version"), "minor"), "32");
  const [group] = listAt(await get("/apis"), "groups");
  assert.equal(textAt(group, "preferredVersion", "groupVersion"), "discovery.k8s.io/v1");
  const { kind: _, apiVersion: __, ...one } = await get("/apis/discovery.k8s.io");
  assert.deepEqual(one, group);
  const core = listAt(await get("/api/v1"), "resources").map((resource) =>
    textAt(resource, "name")
  );
  assert.deepEqual(core.toSorted(), [
    "namespaces",
    "namespaces/status",
    "nodes",
    "nodes/status",
    "pods",
    "pods/status",
    "services",
    "services/status",
  ]);
  const slices = listAt(await get("/apis/discovery.k8s.io/v1"), "resources");
  assert.deepEqual(slices.map((resource) => textAt(resource, "name")), ["endpointslices"]);
  for (const path of ["/healthz", "/livez", "/readyz"]) {
    const reply = await test.send("GET", path, { accept: "text/plain" });
    assert.deepEqual([reply.code, reply.body], [200, { text: "ok" }]);
  }
});

Deno.test("every path that the root names is there", async () => {
  await using test = await testServer();
  for (const path of listAt((await test.send("GET", "/")).body, "paths")) {
    assert.equal((await test.send("GET", String(path))).code, 200, String(path));
  }
});

Deno.test("an outage cuts every connection, and after it the same objects are on the same port", async () => {
  await using test = await testServer();
  const { server } = test;
  server.store.create(service("web"));
  await using watch = await test.watch(
    `/api/v1/services?watch=1&resourceVersion=${server.store.version}`,
  );
  const idle = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(server.url).port),
  });
  using _idle = idle;
  const cut = assert.rejects(watch.next(), "the watch does not end well, it breaks");

  await server.pause();
  await cut;
  assert.equal(await idle.read(new Uint8Array(1)), null);
  await assert.rejects(test.send("GET", WEB), TypeError);
  assert.equal(server.watchCount, 0);
  server.store.patch("Service", "default", "web", { metadata: { labels: { x: "1" } } });
  await server.pause(); // twice is once

  await server.resume();
  await server.resume();
  const { body } = await test.send("GET", WEB);
  assert.equal(textAt(body, "metadata", "labels", "x"), "1");
  assert.equal(versionOf(body), String(server.store.version));
});

Deno.test("a watch resumed after an outage misses nothing", async () => {
  await using test = await testServer();
  const { server } = test;
  const { version } = server.store;
  await server.pause();
  server.store.create(service("a"));
  server.store.delete("Service", "default", "a");
  await server.resume();
  await using watch = await test.watch(`/api/v1/services?watch=1&resourceVersion=${version}`);
  assert.deepEqual(await watch.take(2), ["ADDED a", "DELETED a"]);
});

Deno.test("a port that is taken is an error, and a closed server stays closed", async () => {
  await using test = await testServer();
  const port = Number(new URL(test.server.url).port);
  const second = startApiServer({ port, now: () => NOW, log: SILENT });
  await assert.rejects(second, { name: "AddrInUse" });
  await test.server.close();
  await assert.rejects(test.server.resume(), /closed/);
});

Deno.test("code in the process reads and writes the same objects, with the same checks", async () => {
  await using test = await testServer();
  const { store } = test.server;
  const web = store.create(service("web"));
  assert.equal(store.get("services", "default", "web"), web, "by plural name too");
  store.update(service("web", { labels: { x: "1" } }));
  store.updateStatus({
    ...service("web"),
    status: { conditions: [{ type: "a", status: "True" }] },
  });
  const { body } = await test.send("GET", WEB);
  assert.equal(textAt(body, "metadata", "labels", "x"), "1");
  assert.equal(listAt(body, "status", "conditions").length, 1);
  assert.throws(() => store.create(service("web")), { name: "ApiError", code: 409 });
  assert.throws(() => store.create({ kind: "Secret", metadata: { name: "x" } }), {
    message: /no matches for kind "Secret": this API server has Service, Node/,
  });
  store.delete("Service", "default", "web");
  assert.equal(store.get("Service", "default", "web"), null);
});
