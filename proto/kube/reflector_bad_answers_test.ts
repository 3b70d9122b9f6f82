import assert from "node:assert/strict";
import { BAD, bookmark, list, node, nodes, SILENCE, WAITS } from "./_nodes.ts";

Deno.test("garbage on a watch leads to a new list, as news may be lost with it", async () => {
  await using it = nodes();
  const stream = (await it.begin()).stream();
  stream.event("ADDED", node("n2", "11"));
  assert.equal(await it.heard.event(), "Node upsert n2");
  stream.send("<html>502</html>\n");
  assert.equal(
    await it.heard.reported(),
    'trouble: Cannot watch nodes: a line of the watch is not JSON: "<html>502</html>"',
  );
  await it.timing.elapse(WAITS[0]);
  (await it.listed()).answer(200, list("50", [node("n3", "49")]));
  assert.equal(await it.heard.event(), "Node list n3");
  (await it.watched()).stream().event("BOOKMARK", bookmark("51"));
  assert.equal(await it.heard.reported(), "recovered: The API server answers again");
});

Deno.test("an answer that is no list is reported and asked for again", async () => {
  await using it = nodes();
  (await it.listed()).answer(200, { hello: "world" });
  assert.match(
    await it.heard.reported(),
    /^trouble: Cannot list nodes: the server's answer is no list/,
  );
  await it.timing.elapse(WAITS[0]);
  (await it.listed()).answer(200, list("1", []));
  assert.equal(await it.heard.reported(), "recovered: The API server answers again");
  assert.equal(await it.heard.event(), "Node list ");
});

Deno.test("an object that became bad is told as unreadable in a list, once, and left alone by a watch", async () => {
  await using it = nodes();
  (await it.listed()).answer(200, list("10", [node("n1", "9", BAD), node("n2", "9")]));
  assert.match(await it.heard.reported(), /^problem: Node n1: status: 7 is not an object/);
  assert.equal(await it.heard.event(), "Node list n2, (n1)");
  const stream = (await it.watched()).stream();
  stream.event("MODIFIED", node("n1", "11", BAD)); // the same problem, not told again
  stream.event("MODIFIED", node("n2", "12", BAD));
  stream.event("ADDED", node("n3", "13"));
  assert.match(await it.heard.reported(), /^problem: Node n2: status: 7 is not an object/);
  assert.equal(await it.heard.event(), "Node upsert n3");
  stream.event("DELETED", node("n2", "14", BAD));
  assert.equal(await it.heard.event(), "Node delete n2");
  stream.end();
  assert.equal((await it.watched()).query.get("resourceVersion"), "14");
});

Deno.test.each([
  { what: "a list of another kind", answer: { ...list("10", []), kind: "PodList" } },
  { what: "a list of another version", answer: { ...list("10", []), apiVersion: "v2" } },
  { what: "a Status", answer: { kind: "Status", apiVersion: "v1", metadata: {}, code: 200 } },
  { what: "an object of another kind", answer: list("10", [{ ...node("n1", "9"), kind: "Pod" }]) },
  { what: "an object without a name", answer: list("10", [{ metadata: {} }]) },
])("$what is not taken for the truth: the list is asked for again", async ({ answer }) => {
  await using it = nodes();
  (await it.listed()).answer(200, answer);
  assert.match(
    await it.heard.reported(),
    /^trouble: Cannot list nodes: the server's (answer|list) /,
  );
  await it.timing.elapse(WAITS[0]);
  (await it.listed()).answer(200, list("10", []));
  assert.equal(await it.heard.reported(), "recovered: The API server answers again");
  assert.equal(await it.heard.event(), "Node list ");
});

Deno.test.each([
  { what: "of another kind", object: { ...node("n2", "11"), kind: "Pod" }, why: /a Pod is among/ },
  {
    what: "without a name",
    object: { metadata: { resourceVersion: "11" } },
    why: /metadata\.name/,
  },
  { what: "older than what was told", object: node("n2", "9"), why: /went back from 10 to 9/ },
])("an object $what on a watch leads to a new list", async ({ object, why }) => {
  await using it = nodes();
  (await it.begin()).stream().event("ADDED", object);
  const told = await it.heard.reported();
  assert.match(told, /^trouble: Cannot watch nodes: /);
  assert.match(told, why);
  await it.timing.elapse(WAITS[0]);
  (await it.listed()).answer(200, list("50", []));
  assert.equal(await it.heard.event(), "Node list ");
  (await it.watched()).stream().event("BOOKMARK", bookmark("51"));
  assert.equal(await it.heard.reported(), "recovered: The API server answers again");
});

Deno.test("two watches without a word lead to a list: a restored server may never come to our version", async () => {
  await using it = nodes();
  const first = (await it.begin()).stream();
  first.send("\n");
  await it.timing.elapse(SILENCE);
  await first.gone;
  await it.timing.elapse(WAITS[0]);
  const second = await it.watched();
  assert.equal(second.query.get("resourceVersion"), "10");
  const stream = second.stream();
  stream.send("\n");
  await it.timing.elapse(SILENCE);
  await stream.gone;
  await it.timing.elapse(WAITS[1]);
  (await it.listed()).answer(200, list("4", [node("n0", "3")]));
  assert.equal(await it.heard.event(), "Node list n0");
  assert.equal((await it.watched()).query.get("resourceVersion"), "4");
  assert.match(await it.heard.reported(), /^trouble: .* silent for 150 s$/);
});
