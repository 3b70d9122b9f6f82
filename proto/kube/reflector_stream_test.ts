import assert from "node:assert/strict";
import { BAD, bookmark, gone, list, node, nodes, WAITS } from "./_nodes.ts";
import type { Stream } from "./_testing.ts";
import { reflect } from "./reflector.ts";

const LIST_SILENCE = 60_000;
const END = { annotations: { "k8s.io/initial-events-end": "true" } };

Deno.test("a streaming list is told as one list when it is complete, and goes on as a watch", async () => {
  await using it = nodes(reflect, "stream");
  const asked = await it.streamed();
  assert.deepEqual(
    ["resourceVersionMatch", "allowWatchBookmarks", "resourceVersion", "limit", "timeoutSeconds"]
      .map((name) => asked.query.get(name)),
    ["NotOlderThan", "true", null, null, "450"],
  );
  const stream = asked.stream();
  for (const name of ["n3", "n1", "n2"]) stream.event("ADDED", node(name, "9"));
  stream.event("MODIFIED", node("n1", "11", BAD));
  assert.match(await it.heard.reported(), /^problem: Node n1: status/);
  stream.event("DELETED", node("n2", "12"));
  stream.event("BOOKMARK", bookmark("11")); // not yet the one that ends the list
  stream.event("BOOKMARK", bookmark("12", END));
  assert.equal(await it.heard.event(), "Node list n3, (n1)");
  stream.event("ADDED", node("n4", "13"));
  assert.equal(await it.heard.event(), "Node upsert n4");
  stream.end();
  assert.equal((await it.watched()).query.get("resourceVersion"), "13");
});

Deno.test("a server without streaming lists is asked for pages at once, from then on, and nobody is alarmed", async () => {
  await using it = nodes(reflect, "stream");
  (await it.streamed()).answer(422, { message: "sendInitialEvents: Forbidden" });
  (await it.listed()).answer(200, list("10", []));
  assert.equal(await it.heard.event(), "Node list ");
  (await it.watched()).stream().event("ERROR", gone);
  await it.timing.elapse(WAITS[0]);
  (await it.listed()).answer(200, list("20", []));
  assert.equal(await it.heard.event(), "Node list ");
});

Deno.test.each([
  { what: "broke off", break: (stream: Stream) => stream.end(), says: /list broke off/ },
  { what: "was cut", break: (stream: Stream) => stream.cut(), says: /body/ },
  {
    what: "met an error",
    break: (stream: Stream) => stream.event("ERROR", { code: 500, message: "etcd" }),
    says: /answered 500: etcd/,
  },
  { what: "is garbled", break: (stream: Stream) => stream.send("<>\n"), says: /not JSON/ },
])(
  "a streaming list that $what tells nothing; then pages are tried",
  async ({ break: cut, says }) => {
    await using it = nodes(reflect, "stream");
    const stream = (await it.streamed()).stream();
    stream.event("ADDED", node("n1", "9"));
    cut(stream);
    const told = await it.heard.reported();
    assert.match(told, /^trouble: Cannot list nodes: /);
    assert.match(told, says);
    await it.timing.elapse(WAITS[0]);
    (await it.listed()).answer(503, { message: "starting" });
    assert.match(await it.heard.reported(), /^trouble: .* 503/);
    await it.timing.elapse(WAITS[1]);
    const again = (await it.streamed()).stream();
    again.event("BOOKMARK", bookmark("12", END));
    assert.equal(await it.heard.reported(), "recovered: The API server answers again");
    assert.equal(await it.heard.event(), "Node list ");
  },
);

Deno.test("a streaming list that falls silent is given up", async () => {
  await using it = nodes(reflect, "stream");
  const stream = (await it.streamed()).stream();
  stream.event("ADDED", node("n1", "9"));
  await it.timing.elapse(LIST_SILENCE);
  await stream.gone;
  assert.match(await it.heard.reported(), /^trouble: .* silent for 60 s$/);
});
