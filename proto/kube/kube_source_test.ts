import assert from "node:assert/strict";
import { SourceError } from "../source.ts";
import { Heard, ManualTiming, plainConnection, ScriptedServer } from "./_testing.ts";
import { kubeSource } from "./kube_source.ts";

const list = (kind: string, items: readonly unknown[]) => ({
  kind: `${kind}List`,
  apiVersion: kind === "EndpointSlice" ? "discovery.k8s.io/v1" : "v1",
  metadata: { resourceVersion: "1" },
  items,
});
const named = (name: string) => ({ metadata: { name, namespace: "default" } });

/** A kube source at work against a server that the test plays. */
function source(once: boolean, nodeName: string | null = "n1", server = new ScriptedServer()) {
  const timing = new ManualTiming();
  const heard = new Heard();
  const abort = new AbortController();
  const connection = { ...plainConnection(server.port), notes: ["take care"] };
  const done = kubeSource({ connection, nodeName, once, lists: "pages", timing }).run(
    heard,
    abort.signal,
  );
  return { server, timing, heard, abort, done };
}

Deno.test("with once, the kube source lists the three kinds and is done", async () => {
  const it = source(true);
  await using _server = it.server;
  const services = await it.server.next("/services", "list");
  assert.equal(services.query.get("fieldSelector"), "spec.clusterIP!=None");
  services.answer(200, list("Service", [{ ...named("web"), spec: { clusterIP: "10.0.0.1" } }]));
  assert.equal(await it.heard.event(), "Service list web");
  const slices = await it.server.next("/endpointslices", "list");
  slices.answer(
    200,
    list("EndpointSlice", [{ ...named("web-1"), addressType: "IPv4", endpoints: [] }]),
  );
  assert.equal(await it.heard.event(), "EndpointSlice list web-1");
  const nodes = await it.server.next("/nodes", "list");
  assert.equal(nodes.query.get("fieldSelector"), "metadata.name=n1");
  nodes.answer(200, list("Node", [named("n1")]));
  assert.equal(await it.heard.event(), "Node list n1");
  await it.done;
  assert.equal(await it.heard.reported(), "note: take care");
});

Deno.test("with once, a kind that is refused ends the source, the other kinds with it", async () => {
  const it = source(true);
  await using _server = it.server;
  await it.server.next("/services", "list"); // is never answered
  (await it.server.next("/endpointslices", "list")).answer(403, { message: "no" });
  await assert.rejects(it.done, (error) => {
    assert.ok(error instanceof SourceError);
    assert.match(error.message, /Cannot list endpointslices: the server answered 403: no; grant/);
    return true;
  });
});

Deno.test("a source that is stopped ends at once, whatever it waits for", async () => {
  const it = source(false, null);
  await using _server = it.server;
  await it.server.next("/services", "list"); // waits for an answer
  (await it.server.next("/endpointslices", "list")).answer(503, {}); // then waits to try again
  assert.match(await it.heard.reported(), /^note/);
  assert.match(await it.heard.reported(), /^trouble/);
  const nodes = await it.server.next("/nodes", "list");
  assert.equal(nodes.query.get("fieldSelector"), null);
  nodes.answer(200, list("Node", []));
  (await it.server.next("/nodes", "watch")).stream().send("\n"); // waits for news
  it.abort.abort();
  await it.done;
});

Deno.test("a server that is down is one trouble, not one for each kind", async () => {
  const server = new ScriptedServer();
  await server[Symbol.asyncDispose]();
  const it = source(false, null, server);
  for (let kind = 0; kind < 3; kind++) await it.timing.elapse(1200);
  assert.equal(await it.heard.reported(), "note: take care");
  assert.match(await it.heard.reported(), /^trouble: Cannot reach the API server: .*refused/i);
  it.abort.abort();
  await it.done;
  assert.deepEqual(it.heard.left, []);
});
