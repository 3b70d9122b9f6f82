import assert from "node:assert/strict";
import fc from "fast-check";
import { at, listAt, numberAt, textAt } from "./json.ts";
import { names, service, type TestServer, testServer, versionOf } from "./_testing.ts";

const SERVICES = "/api/v1/services";

function fill(test: TestServer, ...services: readonly string[]): void {
  for (const name of services) test.server.store.create(service(name));
}

Deno.test("a list holds every object in the order of the keys, and the version of the store", async () => {
  await using test = await testServer({ namespaces: ["default", "blue"] });
  fill(test, "web", "api");
  test.server.store.create({ ...service("web"), metadata: { name: "web", namespace: "blue" } });
  const { code, body } = await test.send("GET", SERVICES);
  assert.equal(code, 200);
  assert.deepEqual([textAt(body, "kind"), textAt(body, "apiVersion")], ["ServiceList", "v1"]);
  const keys = listAt(body, "items").map((item) =>
    `${textAt(item, "metadata", "namespace")}/${textAt(item, "metadata", "name")}`
  );
  assert.deepEqual(keys, ["blue/web", "default/api", "default/web"]);
  assert.equal(versionOf(body), String(test.server.store.version));
  const inBlue = await test.send("GET", "/api/v1/namespaces/blue/services");
  assert.deepEqual(names(inBlue.body), ["web"]);
});

Deno.test("selectors choose what a list holds", async () => {
  await using test = await testServer();
  const { store } = test.server;
  store.create(service("plain"));
  store.create(service("headless", { spec: { clusterIP: "None" } }));
  store.create(service("proxied-by-other", { labels: { "x.io/proxy": "" } }));
  const query = new URLSearchParams({
    labelSelector: "!x.io/proxy",
    fieldSelector: "spec.clusterIP!=None",
  });
  const { body } = await test.send("GET", `${SERVICES}?${query}`);
  assert.deepEqual(names(body), ["plain"]);
  const bad = await test.send("GET", `${SERVICES}?fieldSelector=spec.color%3Dred`);
  assert.deepEqual([bad.code, textAt(bad.body, "reason")], [400, "BadRequest"]);
});

Deno.test("pages tell how much is left, and the last has no token", async () => {
  await using test = await testServer();
  fill(test, "a", "b", "c", "d", "e");
  const first = await test.send("GET", `${SERVICES}?limit=2`);
  assert.deepEqual(names(first.body), ["a", "b"]);
  assert.equal(numberAt(first.body, "metadata", "remainingItemCount"), 3);
  const token = textAt(first.body, "metadata", "continue");
  const rest = await test.send("GET", `${SERVICES}?limit=3&continue=${token}`);
  assert.deepEqual(names(rest.body), ["c", "d", "e"]);
  assert.deepEqual(rest.body["metadata"], { resourceVersion: versionOf(first.body) });
});

Deno.test("with a selector a page is filled with what matches, and nothing is counted", async () => {
  await using test = await testServer();
  for (const name of ["a", "b", "c", "d"]) {
    test.server.store.create(service(name, { labels: name === "b" ? {} : { x: "1" } }));
  }
  const { body } = await test.send("GET", `${SERVICES}?limit=2&labelSelector=x`);
  assert.deepEqual(names(body), ["a", "c"]);
  assert.equal(at(body, "metadata", "remainingItemCount"), undefined);
});

Deno.test("every page shows the version of the first, whatever is written between", async () => {
  await using test = await testServer();
  const { store } = test.server;
  const letters = ["a", "b", "c", "d", "e", "f"];
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.constantFrom(...letters)),
      fc.array(fc.array(fc.constantFrom(...letters), { maxLength: 3 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (initial, toggles, limit) => {
        for (const { metadata } of store.list("Service")) {
          store.delete("Service", "default", metadata.name);
        }
        fill(test, ...initial);
        const versions = new Set<string>();
        const seen: string[] = [];
        let token = "";
        let page = 0;
        do {
          const { code, body } = await test.send(
            "GET",
            `${SERVICES}?limit=${limit}&continue=${token}`,
          );
          assert.equal(code, 200);
          seen.push(...names(body));
          versions.add(versionOf(body));
          token = textAt(body, "metadata", "continue");
          for (const name of toggles[page++] ?? []) {
            if (store.get("Service", "default", name) === null) fill(test, name);
            else store.delete("Service", "default", name);
          }
        } while (token !== "");
        assert.deepEqual(seen, initial.toSorted());
        assert.equal(versions.size, 1);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("a token whose version is forgotten is answered with 410 Expired", async () => {
  await using test = await testServer();
  fill(test, "a", "b");
  const { body } = await test.send("GET", `${SERVICES}?limit=1`);
  fill(test, "c");
  test.server.compact();
  const token = textAt(body, "metadata", "continue");
  const rest = await test.send("GET", `${SERVICES}?limit=1&continue=${token}`);
  assert.deepEqual([rest.code, textAt(rest.body, "reason")], [410, "Expired"]);
  assert.equal(numberAt(rest.body, "code"), 410);
});

Deno.test("a list can be had as of an exact version, or not older than one", async () => {
  await using test = await testServer();
  fill(test, "a");
  const { version } = test.server.store;
  fill(test, "b");
  const list = async (query: string) => (await test.send("GET", `${SERVICES}?${query}`)).body;
  const exact = await list(`resourceVersion=${version}&resourceVersionMatch=Exact`);
  assert.deepEqual([names(exact), versionOf(exact)], [["a"], String(version)]);
  const newer = await list(`resourceVersion=${version}&resourceVersionMatch=NotOlderThan`);
  assert.deepEqual([names(newer), versionOf(newer)], [["a", "b"], String(version + 1)]);
  const any = await list("resourceVersion=0");
  assert.deepEqual(names(any), ["a", "b"]);
  test.server.compact();
  const old = await test.send(
    "GET",
    `${SERVICES}?resourceVersion=${version}&resourceVersionMatch=Exact`,
  );
  assert.equal(old.code, 410);
});

Deno.test("a version that this server never had is answered with 504 and a hint to come back", async () => {
  await using test = await testServer();
  const { code, body } = await test.send("GET", `${SERVICES}?resourceVersion=1000000`);
  assert.equal(code, 504);
  assert.match(textAt(body, "message"), /Too large resource version: 1000000, current: \d+/);
  assert.equal(textAt(listAt(body, "details", "causes")[0], "reason"), "ResourceVersionTooLarge");
  assert.equal(numberAt(body, "details", "retryAfterSeconds"), 1);
});

Deno.test("a list comes as a table if the client prefers one", async () => {
  await using test = await testServer();
  fill(test, "a", "b");
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  const { body } = await test.send("GET", `${SERVICES}?limit=1&includeObject=Object`, { accept });
  assert.deepEqual([textAt(body, "kind"), textAt(body, "apiVersion")], [
    "Table",
    "meta.k8s.io/v1",
  ]);
  assert.deepEqual(
    listAt(body, "columnDefinitions").slice(0, 2).map((one) => textAt(one, "name")),
    [
      "Name",
      "Type",
    ],
  );
  const [row] = listAt(body, "rows");
  assert.deepEqual(at(row, "cells"), [
    "a",
    "ClusterIP",
    "10.96.0.1",
    "<none>",
    "80/TCP",
    "0s",
    "<none>",
  ]);
  assert.equal(textAt(row, "object", "kind"), "Service");
  assert.notEqual(textAt(body, "metadata", "continue"), "");
});
