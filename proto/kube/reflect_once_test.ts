import assert from "node:assert/strict";
import { SourceError } from "../source.ts";
import { list, node, nodes, WAITS } from "./_nodes.ts";
import { reflectOnce } from "./reflector.ts";

Deno.test("reflectOnce() lists and is done", async () => {
  await using it = nodes(reflectOnce);
  (await it.listed()).answer(503, { message: "starting" });
  assert.match(await it.heard.reported(), /^trouble/);
  await it.timing.elapse(WAITS[0]);
  (await it.listed()).answer(200, list("10", [node("n1", "9")]));
  await it.done;
  assert.match(await it.heard.reported(), /^recovered/);
  assert.equal(await it.heard.event(), "Node list n1");
});

Deno.test("reflectOnce() gives up at once where the server refuses", async () => {
  const it = nodes(reflectOnce);
  (await it.listed()).answer(403, { message: "no" });
  await assert.rejects(
    it.done,
    (error) =>
      error instanceof SourceError && error.code === "refused" &&
      error.message.startsWith(
        `${it.connection.server}: Cannot list nodes: the server answered 403: no;`,
      ),
  );
  it.connection.close();
  await it.server[Symbol.asyncDispose]();
});

Deno.test("reflectOnce() gives up after a few attempts where the server is not there", async () => {
  const it = nodes(reflectOnce);
  await it.server[Symbol.asyncDispose]();
  for (const wait of WAITS) await it.timing.elapse(wait);
  await assert.rejects(it.done, /Cannot reach the API server: /);
  it.connection.close();
});
