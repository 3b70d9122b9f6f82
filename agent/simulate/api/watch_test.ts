import assert from "node:assert/strict";
import { at, type JsonObject, listAt, numberAt, textAt } from "./json.ts";
import { SERVICES as RESOURCE } from "./resources.ts";
import { VersionedStore } from "./store.ts";
import { WatchHub, type WatchRequest } from "./watch.ts";
import { bookmark, eventLine, eventOf } from "./watch_events.ts";
import { readerOf, service, stored, type TestServer, testServer, versionOf } from "./_testing.ts";

const SERVICES = "/api/v1/services";

function now(test: TestServer): string {
  return `resourceVersion=${test.server.store.version}`;
}

function label(test: TestServer, name: string, labels: JsonObject): void {
  test.server.store.patch("Service", "default", name, { metadata: { labels } });
}

Deno.test("a watch from a version tells what came after it, in order", async () => {
  await using test = await testServer();
  const { store } = test.server;
  store.create(service("before"));
  const from = now(test);
  store.create(service("a"));
  await using watch = await test.watch(`${SERVICES}?watch=1&${from}`);
  label(test, "a", { x: "1" });
  store.delete("Service", "default", "a");
  store.create(service("b"));
  assert.deepEqual(await watch.take(4), ["ADDED a", "MODIFIED a", "DELETED a", "ADDED b"]);
});

Deno.test("a deleted object comes with its last state and the version of its end", async () => {
  await using test = await testServer();
  const { store } = test.server;
  store.create(service("a", { labels: { x: "1" } }));
  await using watch = await test.watch(`${SERVICES}?watch=1&${now(test)}`);
  store.delete("Service", "default", "a");
  const event = await watch.next();
  assert.equal(textAt(event?.object, "metadata", "labels", "x"), "1");
  assert.equal(versionOf(event?.object ?? {}), String(store.version));
});

Deno.test.each([["watch=1"], ["watch=true&resourceVersion=0"]])(
  "a watch with «%s» begins with all that is there",
  async (query) => {
    await using test = await testServer();
    test.server.store.create(service("b"));
    test.server.store.create(service("a"));
    await using watch = await test.watch(`${SERVICES}?${query}`);
    test.server.store.delete("Service", "default", "a");
    assert.deepEqual(await watch.take(3), ["ADDED a", "ADDED b", "DELETED a"]);
  },
);

Deno.test("initial events end with a bookmark that says so, and changes follow", async () => {
  await using test = await testServer();
  for (let i = 0; i < 300; i++) test.server.store.create(service(`s${i}`));
  const query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan" +
    "&allowWatchBookmarks=true";
  await using watch = await test.watch(`${SERVICES}?${query}`);
  const { version } = test.server.store;
  label(test, "s7", { x: "1" });
  const initial = await watch.take(300);
  assert.ok(initial.every((event) => event.startsWith("ADDED s")));
  const end = await watch.next();
  assert.equal(end?.type, "BOOKMARK");
  assert.equal(versionOf(end?.object ?? {}), String(version));
  const annotations = at(end?.object, "metadata", "annotations");
  assert.deepEqual(annotations, { "k8s.io/initial-events-end": "true" });
  assert.deepEqual(await watch.take(1), ["MODIFIED s7"]);
});

Deno.test("an object that stops matching is DELETED to the watcher, one that begins is ADDED", async () => {
  await using test = await testServer();
  const { store } = test.server;
  store.create(service("a"));
  const query = new URLSearchParams({
    watch: "1",
    labelSelector: "!service.kubernetes.io/service-proxy-name",
    resourceVersion: String(store.version),
  });
  await using watch = await test.watch(`${SERVICES}?${query}`);
  label(test, "a", { x: "1" });
  label(test, "a", { x: "2", "service.kubernetes.io/service-proxy-name": "other" });
  const gone = store.version;
  label(test, "a", { x: "3" }); // nobody's business
  label(test, "a", { "service.kubernetes.io/service-proxy-name": null });
  store.delete("Service", "default", "a");
  assert.deepEqual(await watch.take(1), ["MODIFIED a"]);
  const event = await watch.next();
  assert.equal(event?.type, "DELETED");
  assert.equal(textAt(event?.object, "metadata", "labels", "x"), "1", "its last matching state");
  assert.equal(versionOf(event?.object ?? {}), String(gone), "under the version of the change");
  assert.deepEqual(await watch.take(2), ["ADDED a", "DELETED a"]);
});

Deno.test("a watch can be of one namespace and of one object", async () => {
  await using test = await testServer({ namespaces: ["default", "blue"] });
  const one = encodeURIComponent("metadata.name=b");
  await using inBlue = await test.watch(`/api/v1/namespaces/blue/services?watch=1`);
  await using ofB = await test.watch(`${SERVICES}?watch=1&fieldSelector=${one}`);
  test.server.store.create(service("a"));
  test.server.store.create({ ...service("c"), metadata: { name: "c", namespace: "blue" } });
  test.server.store.create(service("b"));
  assert.deepEqual(await inBlue.take(1), ["ADDED c"]);
  assert.deepEqual(await ofB.take(1), ["ADDED b"]);
});

Deno.test("an update that changes nothing is no event", async () => {
  await using test = await testServer();
  test.server.store.create(service("a"));
  await using watch = await test.watch(`${SERVICES}?watch=1&${now(test)}`);
  test.server.store.update(service("a"));
  test.server.store.create(service("b"));
  assert.deepEqual(await watch.take(1), ["ADDED b"]);
});

Deno.test("a watch from a forgotten version gets an ERROR event with a 410 Status, then the end", async () => {
  await using test = await testServer();
  const from = now(test);
  test.server.store.create(service("a"));
  test.server.compact();
  await using watch = await test.watch(`${SERVICES}?watch=1&${from}`);
  const event = await watch.next();
  assert.equal(event?.type, "ERROR");
  assert.deepEqual([numberAt(event?.object, "code"), textAt(event?.object, "reason")], [
    410,
    "Expired",
  ]);
  assert.match(textAt(event?.object, "message"), /too old resource version: \d+ \(\d+\)/);
  assert.equal(await watch.next(), null);
});

Deno.test("a server can refuse a forgotten version with HTTP 410 instead", async () => {
  await using test = await testServer({ staleWatch: "status" });
  const from = now(test);
  test.server.store.create(service("a"));
  test.server.compact();
  const { code, body } = await test.send("GET", `${SERVICES}?watch=1&${from}`);
  assert.deepEqual([code, textAt(body, "reason")], [410, "Expired"]);
});

Deno.test("a watch that is open when history is forgotten goes on", async () => {
  await using test = await testServer();
  await using watch = await test.watch(`${SERVICES}?watch=1&${now(test)}`);
  test.server.store.create(service("a"));
  test.server.compact();
  test.server.store.create(service("b"));
  assert.deepEqual(await watch.take(2), ["ADDED a", "ADDED b"]);
});

Deno.test("a bookmark tells those who want it how far the whole store is", async () => {
  await using test = await testServer();
  await using watch = await test.watch(`${SERVICES}?watch=1&allowWatchBookmarks=true&${now(test)}`);
  await using deaf = await test.watch(`${SERVICES}?watch=1&${now(test)}`);
  test.server.store.create({ apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
  test.server.sendBookmarks();
  const event = await watch.next();
  assert.equal(event?.type, "BOOKMARK");
  assert.equal(versionOf(event?.object ?? {}), String(test.server.store.version));
  test.server.store.create(service("a"));
  assert.deepEqual(await deaf.take(1), ["ADDED a"]);
});

Deno.test("bookmarks come by themselves after a while", async () => {
  await using test = await testServer({ bookmarkIntervalMs: 5 });
  await using watch = await test.watch(`${SERVICES}?watch=1&allowWatchBookmarks=1&${now(test)}`);
  assert.deepEqual(await watch.take(2), ["BOOKMARK", "BOOKMARK"]);
});

Deno.test("a watch ends after timeoutSeconds, with a last bookmark", async () => {
  await using test = await testServer();
  const query = `watch=1&timeoutSeconds=1&allowWatchBookmarks=true&${now(test)}`;
  await using watch = await test.watch(`${SERVICES}?${query}`);
  test.server.store.create(service("a"));
  assert.deepEqual(await watch.take(3), ["ADDED a", "BOOKMARK", "END"]);
  assert.equal(test.server.watchCount, 0);
});

Deno.test("a watch goes when its client goes", async () => {
  await using test = await testServer();
  {
    await using _watch = await test.watch(`${SERVICES}?watch=1`);
    assert.equal(test.server.watchCount, 1);
  }
  // the server learns of it with its own next step on that connection: ask it until it did
  while (test.server.watchCount > 0) await test.send("GET", "/healthz");
});

Deno.test("a watch can be printed by the server; only its first table has columns", async () => {
  await using test = await testServer();
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  await using watch = await test.watch(`${SERVICES}?watch=1`, { accept });
  test.server.store.create(service("a"));
  label(test, "a", { x: "1" });
  const tables = [await watch.next(), await watch.next()];
  assert.deepEqual(tables.map((event) => event?.type), ["ADDED", "MODIFIED"]);
  assert.deepEqual(tables.map((event) => listAt(event?.object, "columnDefinitions").length), [
    7,
    0,
  ]);
  assert.deepEqual(tables.map((event) => listAt(listAt(event?.object, "rows")[0], "cells")[0]), [
    "a",
    "a",
  ]);
});

const FROM_START: WatchRequest = {
  resource: RESOURCE,
  selection: { namespace: "", labels: [], fields: [] },
  from: 1,
  initial: [],
  marksInitialEnd: false,
  bookmarks: false,
  timeoutMs: null,
};

function put(store: VersionedStore, name: string): void {
  store.put(RESOURCE, { namespace: "default", name }, stored("Service", { metadata: { name } }));
}

Deno.test("a slow watcher holds no events: what it missed too much of, it is told to list anew", async () => {
  const store = new VersionedStore(5);
  const hub = new WatchHub(store);
  await using fast = readerOf(hub.open(FROM_START));
  const unread = hub.open(FROM_START);
  for (let i = 0; i < 20; i++) {
    put(store, `s${i}`);
    assert.deepEqual(await fast.take(1), [`ADDED s${i}`]);
  }
  await using slow = readerOf(unread);
  const event = await slow.next();
  assert.equal(event?.type, "ERROR");
  assert.equal(numberAt(event?.object, "code"), 410);
  assert.equal(await slow.next(), null);
  assert.equal(hub.size, 1, "the fast one is still there");
});

Deno.test("an event is encoded once, however many watch", () => {
  const store = new VersionedStore(5);
  put(store, "a");
  const [change] = store.history(RESOURCE).changesAfter(1, 1) ?? [];
  assert.ok(change !== undefined);
  const events = [1, 2].map(() => eventOf(change, FROM_START.selection));
  const [first, second] = events.map((event) => event === null ? null : eventLine(event));
  assert.ok(first !== null);
  assert.equal(first, second);
});

Deno.test("a bookmark has a kind, a version and nothing else", () => {
  const from = { kind: "Node", apiVersion: "v1", endsInitialEvents: false };
  assert.deepEqual(bookmark(7, from).object, {
    kind: "Node",
    apiVersion: "v1",
    metadata: { resourceVersion: "7", creationTimestamp: null },
  });
});
