import assert from "node:assert/strict";
import { bookmark, gone, list, node, nodes, OPENING, SETTLED, SILENCE, WAITS } from "./_nodes.ts";

Deno.test("a reflector lists page by page and tells one list", async () => {
  await using it = nodes();
  const first = await it.listed();
  assert.deepEqual([first.query.get("limit"), first.query.get("continue")], ["500", null]);
  first.answer(200, list("10", [node("n1", "1"), node("n2", "2")], { continue: "page 2" }));
  const second = await it.listed();
  assert.equal(second.query.get("continue"), "page 2");
  second.answer(200, list("10", [node("n3", "3")]));
  assert.equal(await it.heard.event(), "Node list n1, n2, n3");
});

Deno.test("a list of nothing is told as such", async () => {
  await using it = nodes();
  (await it.listed()).answer(200, list("10", null));
  assert.equal(await it.heard.event(), "Node list ");
});

Deno.test("a list that became too old on the way starts again, and at last asks for one page", async () => {
  await using it = nodes();
  for (const limit of ["500", "500"]) {
    const first = await it.listed();
    assert.deepEqual([first.query.get("limit"), first.query.get("continue")], [limit, null]);
    first.answer(200, list("10", [node("n1", "1")], { continue: "more" }));
    (await it.listed()).answer(410, gone);
  }
  const all = await it.listed();
  assert.equal(all.query.get("limit"), null);
  all.answer(200, list("11", [node("n1", "1"), node("n2", "2")]));
  assert.equal(await it.heard.event(), "Node list n1, n2");
});

Deno.test("a reflector tells what a watch brings, and goes on from its last version", async () => {
  await using it = nodes();
  const watch = await it.begin();
  assert.equal(watch.query.get("allowWatchBookmarks"), "true");
  assert.equal(watch.query.get("timeoutSeconds"), "450");
  const stream = watch.stream();
  stream.event("ADDED", node("n2", "11"));
  assert.equal(await it.heard.event(), "Node upsert n2");
  stream.event("MODIFIED", node("n2", "12"));
  stream.event("DELETED", node("n1", "13"));
  assert.equal(await it.heard.event(), "Node upsert n2");
  assert.equal(await it.heard.event(), "Node delete n1");
  stream.end();
  assert.equal((await it.watched()).query.get("resourceVersion"), "13");
});

Deno.test("a bookmark moves the version on", async () => {
  await using it = nodes();
  const stream = (await it.begin()).stream();
  stream.event("BOOKMARK", bookmark("99"));
  stream.end();
  assert.equal((await it.watched()).query.get("resourceVersion"), "99");
});

Deno.test("a connection that is cut is opened again from the last version, and nobody is alarmed", async () => {
  await using it = nodes();
  const stream = (await it.begin()).stream();
  stream.event("ADDED", node("n2", "11"));
  assert.equal(await it.heard.event(), "Node upsert n2");
  stream.send('{"type":"ADDED","object":{"half of'); // is not lost: the next watch brings it
  stream.cut();
  await it.timing.elapse(WAITS[0]);
  assert.equal((await it.watched()).query.get("resourceVersion"), "11");
});

Deno.test.each(
  [
    { how: "an ERROR event", play: "event" },
    { how: "an HTTP status", play: "status" },
  ] as const,
)("a version that is too old, told by $how, leads to a new list", async ({ play }) => {
  await using it = nodes();
  const watch = await it.begin();
  if (play === "event") {
    const stream = watch.stream();
    stream.event("BOOKMARK", bookmark("11")); // the watch works, so the list need not wait
    stream.event("ERROR", gone);
    await stream.gone;
  } else {
    watch.answer(410, gone);
    await it.timing.elapse(WAITS[0]);
  }
  (await it.listed()).answer(200, list("50", [node("n3", "49")]));
  assert.equal(await it.heard.event(), "Node list n3");
  assert.equal((await it.watched()).query.get("resourceVersion"), "50");
});

Deno.test("a server that cannot go on is watched again from the same version, later", async () => {
  await using it = nodes();
  (await it.begin()).stream().event("ERROR", { code: 500, message: "etcd is away" });
  assert.equal(
    await it.heard.reported(),
    "trouble: Cannot watch nodes: the server answered 500: etcd is away",
  );
  await it.timing.elapse(WAITS[0]);
  const stream = (await it.watched()).stream();
  stream.event("BOOKMARK", bookmark("11"));
  assert.equal(await it.heard.reported(), "recovered: The API server answers again");
});

Deno.test("waits grow from attempt to attempt, the trouble is told once, and a success resets both", async () => {
  await using it = nodes();
  for (const wait of WAITS) {
    (await it.listed()).answer(503, { message: "starting" });
    await it.timing.elapse(wait);
  }
  assert.equal(
    await it.heard.reported(),
    "trouble: Cannot list nodes: the server answered 503: starting",
  );
  (await it.listed()).answer(200, list("10", []));
  assert.equal(await it.heard.reported(), "recovered: The API server answers again");
  assert.equal(await it.heard.event(), "Node list ");
  const stream = (await it.watched()).stream();
  stream.event("ADDED", node("n1", "11"));
  assert.equal(await it.heard.event(), "Node upsert n1");
  stream.cut();
  await it.timing.elapse(WAITS[0]);
  await it.watched();
});

Deno.test("a server that names a time is left alone for so long", async () => {
  await using it = nodes();
  (await it.listed()).answer(429, { message: "busy" }, { "retry-after": "7" });
  assert.match(await it.heard.reported(), /429: busy/);
  await it.timing.elapse(7000);
  await it.listed();
});

Deno.test("a refusal names the resource and what would be right", async () => {
  await using it = nodes();
  (await it.listed()).answer(403, { message: "nodes is forbidden" });
  assert.equal(
    await it.heard.reported(),
    "trouble: Cannot list nodes: the server answered 403: nodes is forbidden; " +
      "grant list and watch on nodes, as ClusterRole system:node-proxier does",
  );
});

Deno.test("credentials that are refused are looked at anew", async () => {
  await using it = nodes();
  (await it.listed()).answer(401, { message: "Unauthorized" });
  assert.match(await it.heard.reported(), /401: Unauthorized; check the credentials$/);
  await it.timing.elapse(WAITS[0]);
  assert.equal(it.connection.renewals, 1);
  await it.listed();
});

Deno.test("a server that opens watches and ends them at once is not asked in a loop", async () => {
  await using it = nodes();
  let watch = await it.begin();
  for (const wait of WAITS) {
    watch.stream().end();
    await it.timing.elapse(wait);
    watch = await it.watched();
  }
  assert.equal(
    await it.heard.reported(),
    "trouble: Cannot watch nodes: the server ends each watch at once",
  );
});

Deno.test("a watch on which nothing happens counts as working after a while", async () => {
  await using it = nodes();
  const stream = (await it.begin()).stream();
  stream.send("\n");
  await it.timing.elapse(SETTLED);
  stream.end();
  assert.equal((await it.watched()).query.get("resourceVersion"), "10");
});

Deno.test("a watch that has fallen silent is given up and opened on a new connection", async () => {
  await using it = nodes();
  const stream = (await it.begin()).stream();
  stream.event("ADDED", node("n2", "11"));
  assert.equal(await it.heard.event(), "Node upsert n2");
  await it.timing.elapse(SILENCE);
  await stream.gone;
  await it.timing.elapse(WAITS[0]);
  assert.equal((await it.watched()).query.get("resourceVersion"), "11");
  assert.equal(it.connection.renewals, 1);
});

Deno.test("a watch that is not answered is given up", async () => {
  await using it = nodes();
  await it.begin();
  await it.timing.elapse(OPENING);
  assert.equal(
    await it.heard.reported(),
    "trouble: Cannot reach the API server: the server has been silent for 30 s",
  );
});

Deno.test("a list that stops in the middle is given up", async () => {
  await using it = nodes();
  const stream = (await it.listed()).stream();
  stream.send('{"items": [');
  await it.timing.elapse(60_000);
  await stream.gone;
  assert.match(await it.heard.reported(), /^trouble: .* silent for 60 s$/);
});
