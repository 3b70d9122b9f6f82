/**
 * A reflector of Nodes at work, and what a server says of Nodes, for the tests of the reflector.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Heard, ManualTiming, plainConnection, ScriptedServer } from "./_testing.ts";
import { Health } from "./health.ts";
import { reflect } from "./reflector.ts";
import { resources } from "./resources.ts";

/** A Node as the API server sends it within a list: it does not say its kind. */
export const node = (name: string, version: string, more: object = {}) => ({
  metadata: { name, resourceVersion: version },
  ...more,
});
/** What no Node can hold. */
export const BAD = { status: 7 };
/** A page of a list of Nodes. */
export const list = (version: string, items: unknown, more: object = {}) => ({
  kind: "NodeList",
  apiVersion: "v1",
  metadata: { resourceVersion: version, ...more },
  items,
});
/** That a version is too old. */
export const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
/** A bookmark. */
export const bookmark = (version: string, more: object = {}): unknown => ({
  kind: "Node",
  metadata: { resourceVersion: version, ...more },
});

/** What waits between attempts come to with dice that always show one half. */
export const WAITS = [1200, 2400, 4800] as const;
/** After how long an open watch counts as working. */
export const SETTLED = 5_000;
/** How long a watch may take to open. */
export const OPENING = 30_000;
/** How long an open watch may be silent. */
export const SILENCE = 150_000;

/** A reflector of Nodes at work against a server that the test plays. */
export function nodes(run: typeof reflect = reflect, lists: "stream" | "pages" = "pages") {
  const server = new ScriptedServer();
  const timing = new ManualTiming();
  const heard = new Heard();
  const connection = plainConnection(server.port);
  const abort = new AbortController();
  const [, , resource] = resources(null);
  assert.ok(resource !== undefined);
  const health = new Health({ where: "server", report: heard.report, now: timing.now });
  const done = run({ resource, connection, sink: heard, health, timing, lists }, abort.signal);
  return {
    server,
    timing,
    heard,
    connection,
    done,
    listed: () => server.next("nodes", "list"),
    watched: () => server.next("nodes", "watch"),
    streamed: () => server.next("nodes", "stream"),
    /** Plays the first list, of `n1` at version 10, and opens the first watch. */
    async begin() {
      (await server.next("nodes", "list")).answer(200, list("10", [node("n1", "9")]));
      assert.equal(await heard.event(), "Node list n1");
      const watch = await server.next("nodes", "watch");
      assert.equal(watch.query.get("resourceVersion"), "10");
      return watch;
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await done;
      connection.close();
      await server[Symbol.asyncDispose]();
      assert.deepEqual(heard.left, [], "nothing was said that the test did not expect");
    },
  };
}
