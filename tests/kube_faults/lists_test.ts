/**
 * Faults of a list: whatever the server answers, nothing is told until a whole list came, and then all is
 * as a fresh list. Once with streaming lists, once with pages.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type AtWork, atWork, fill, type Lists } from "./at_work.ts";
import {
  cutAfter,
  endAfter,
  endless,
  type Fault,
  neverAnswer,
  refuse,
  rewrite,
  say,
  stallAfter,
} from "./faults.ts";
import { FaultyServer, type Target } from "./faulty_server.ts";

interface ListFault {
  readonly what: string;
  readonly fault: Fault;
  /** What the source must say. */
  readonly says: RegExp;
  /** The deadline by which the fault is noticed, if only time tells. */
  readonly afterMs?: Readonly<Record<Lists, number>>;
}

const PAGE = `{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"9"}`;

const FAULTS: readonly ListFault[] = [
  { what: "is cut before a byte", fault: cutAfter(0), says: /Cannot list services/ },
  { what: "is cut in the middle of an object", fault: cutAfter(300), says: /Cannot list services/ },
  { what: "ends in the middle of an object", fault: endAfter(300), says: /Cannot list services/ },
  { what: "is refused with 500", fault: refuse(500), says: /answered 500: by the test/ },
  {
    what: "is refused with a proxy's page",
    fault: refuse(502, { body: "<b>oh</b>" }),
    says: /<b>/,
  },
  { what: "is refused with 403", fault: refuse(403), says: /grant list and watch on services/ },
  { what: "is no JSON", fault: say("<html>\n"), says: /Cannot list services/ },
  {
    what: "is of another kind",
    fault: rewrite((text) => text.replaceAll('"Service', '"Pod')),
    says: /Cannot list services: .*Pod/,
  },
  {
    what: "is an empty list of another kind",
    fault: say(PAGE.replace("Service", "Pod") + `,"items":[]}\n`),
    says: /Cannot list services/,
  },
  {
    what: "holds an object without a name",
    fault: rewrite((text) => text.replace('"name":"s1"', '"nome":"s1"')),
    says: /Cannot list services/,
  },
  {
    what: "is never answered",
    fault: neverAnswer(),
    says: /silent for \d+ s/,
    afterMs: { stream: 30_000, pages: 60_000 },
  },
  {
    what: "stops in the middle",
    fault: stallAfter(300),
    says: /silent for 60 s/,
    afterMs: { stream: 60_000, pages: 60_000 },
  },
];

for (const lists of ["stream", "pages"] as const) {
  Deno.test.each(FAULTS)(
    `lists as ${lists}: one that $what is asked for again`,
    async ({ fault, says, afterMs }) => {
      await using it = await begun(lists, fault);
      if (afterMs !== undefined) await it.passUntil(afterMs[lists], it.listed());
      await it.listed();
      assert.ok(it.mirror.reports.some((each) => says.test(each)), it.mirror.reports.join("\n"));
      await it.agrees();
      assert.deepEqual(it.mirror.flaps, []);
    },
  );

  Deno.test.each([
    { status: 429, seconds: 7 },
    { status: 503, seconds: 42 },
  ])(
    `lists as ${lists}: a server that answers $status is left alone for the $seconds s that it asks for`,
    async ({ status, seconds }) => {
      await using it = await begun(lists, refuse(status, { retryAfter: seconds }));
      await it.passUntil(seconds * 1000, it.listed());
      await it.agrees();
    },
  );
}

Deno.test("a token that is refused is read anew, and the request sent again at once", async () => {
  const folder = await Deno.makeTempDir();
  const tokens: (string | null)[] = [];
  try {
    const server = await FaultyServer.start();
    fill(server);
    await Deno.writeTextFile(join(folder, "token"), "old");
    const kubeconfig = join(folder, "config");
    await Deno.writeTextFile(kubeconfig, kubeconfigWithToken(server.url));
    const rotate: Fault = async (request) => {
      tokens.push(request.headers.get("authorization"));
      await Deno.writeTextFile(join(folder, "token"), "new");
      return new Response("{}", { status: 401 });
    };
    const note: Fault = (request, next) => {
      tokens.push(request.headers.get("authorization"));
      return next(request);
    };
    void server.next("list services", rotate);
    void server.next("list services", note);
    await using it = await atWork(server, { lists: "pages", kubeconfig });
    await it.listed();
    assert.deepEqual(tokens, ["Bearer old", "Bearer new"]);
    assert.deepEqual(it.mirror.reports, []);
    await it.agrees();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a place in a list that became too old between its pages starts the list again", async () => {
  const server = await FaultyServer.start();
  for (let i = 0; i < 600; i++) {
    server.api.store.create({ kind: "Node", metadata: { name: `other-${i}` } });
    server.api.store.create({
      kind: "Service",
      metadata: { name: `many-${i}` },
      spec: { ports: [{ port: 80 }] },
    });
  }
  fill(server);
  const pass: Fault = (request, next) => next(request);
  const forget: Fault = (request, next) => {
    server.api.store.delete("Service", "default", "many-0");
    server.api.compact();
    return next(request);
  };
  void server.next("list services", pass);
  void server.next("list services", forget);
  await using it = await atWork(server, { lists: "pages" });
  await it.listed();
  assert.equal(it.mirror.snapshot.services.has("default/many-0"), false);
  await it.agrees();
  assert.deepEqual(it.mirror.reports, []);
});

Deno.test.each(
  [
    {
      what: "as one body",
      lists: "pages",
      fault: endless(`${PAGE},"items":[`, () => " ".repeat(1 << 20)),
      says: /Cannot list services: the answer is above \d+ bytes/,
    },
    {
      what: "as a line of a stream",
      lists: "stream",
      fault: endless(`{"type":`, () => " ".repeat(1 << 20)),
      says: /Cannot list services: a line of the watch is longer than \d+ characters/,
    },
    {
      what: "as the objects of a stream",
      lists: "stream",
      fault: endless("", (index) => {
        const names = Array.from({ length: 2000 }, (_, i) => `x${index}-${i}`);
        return names.map((name) =>
          `{"type":"ADDED","object":{"metadata":{"namespace":"d","name":"${name}"}}}\n`
        ).join("");
      }),
      says: /Cannot list services: the server's list does not end: more than \d+ services/,
    },
  ] as const,
)("a list without end, $what, is given up", async ({ lists, fault, says }) => {
  await using it = await begun(lists, fault);
  await it.mirror.until(({ reports }) => reports.some((each) => says.test(each)));
  await it.listed();
  await it.agrees();
});

Deno.test("pages without end are given up", async () => {
  const server = await FaultyServer.start();
  fill(server);
  let asked = 0;
  const more: Fault = () => {
    void server.next("list services", asked < 2000 ? more : last);
    const metadata = { resourceVersion: "9", continue: `page ${asked++}` };
    const page = { kind: "ServiceList", apiVersion: "v1", metadata, items: [] };
    return Promise.resolve(Response.json(page));
  };
  const last: Fault = (request, next) => next(request);
  void server.next("list services", more);
  await using it = await atWork(server, { lists: "pages" });
  await it.mirror.until(({ reports }) => reports.some((each) => /does not end/.test(each)));
  assert.equal(asked, 2000);
  await it.listed();
  await it.agrees();
});

/** A source whose first list of Services meets the fault. */
async function begun(lists: Lists, fault: Fault): Promise<AtWork> {
  const server = await FaultyServer.start();
  fill(server);
  const target: Target = lists === "stream" ? "stream services" : "list services";
  void server.next(target, fault);
  return await atWork(server, { lists });
}

function kubeconfigWithToken(server: string): string {
  return JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    clusters: [{ name: "k", cluster: { server } }],
    users: [{ name: "u", user: { tokenFile: "token" } }],
  });
}
