/**
 * The book's worked example of the public API runs and does what its page says, and the page shows
 * the code that runs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { loadAll } from "js-yaml";
import {
  keepServerLists,
  type Poll,
  pollingSource,
  serverLists,
  WEIGHT_RULES,
} from "../docs/examples/library/server_lists.ts";
import {
  type Change,
  type ClusterEvent,
  diff,
  type SourceReport,
  startPipeline,
  stepPipeline,
} from "../mod.ts";

const DOCS = new URL("../docs/", import.meta.url);
const CLUSTER = await Deno.readTextFile(new URL("examples/cluster.yaml", DOCS));
const OBJECTS: readonly unknown[] = loadAll(CLUSTER);
const FILE = "default_web_http_TCP_IPv4.servers";

function pollOf(...answers: readonly (readonly unknown[])[]): Poll {
  return async function* () {
    for (const items of answers) {
      yield items;
      await Promise.resolve();
    }
  };
}

/** What the example makes of one poll, in a folder that has these files. */
async function run(folder: string, ...answers: readonly (readonly unknown[])[]) {
  const agent = keepServerLists(pollOf(...answers), { folder, node: "n1" });
  await agent.done;
  const status = agent.status();
  await agent.stop();
  return status;
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The reports and events of the example's source for one poll. */
async function heard(items: readonly unknown[]) {
  const events: ClusterEvent[] = [];
  const reports: SourceReport[] = [];
  await pollingSource(pollOf(items)).run({
    events: (batch) => events.push(...batch),
    report: (report) => reports.push(report),
  }, new AbortController().signal);
  return { events, reports };
}

Deno.test("the example writes a list of servers, each with the weight and the rules behind it", () =>
  inFolder(async (folder) => {
    const { ready, syncs } = await run(folder, OBJECTS);
    assert.deepEqual([ready, syncs], [true, 1]);
    assert.equal(
      await Deno.readTextFile(`${folder}/${FILE}`),
      "server 10.244.1.5:8080 weight 100 # here, ready\n" +
        "server 10.244.2.7:8080 weight 50 # elsewhere, ready\n" +
        "server 10.244.2.8:8080 weight 0 # unused, terminating-not-needed\n",
    );
  }));

Deno.test("what is missing in a poll is taken away, and what is away already is no failure", () =>
  inFolder(async (folder) => {
    const gone = OBJECTS.filter((each) => Object(each).metadata.name !== "web");
    const { ops } = await run(folder, OBJECTS, gone);
    assert.deepEqual([ops.failed, ops.retrying], [[], []]);
    await assert.rejects(Deno.stat(`${folder}/${FILE}`), Deno.errors.NotFound);
  }));

Deno.test("a file that cannot be written is told and tried again", async () => {
  const backend = serverLists("/nowhere/at/all");
  const { events } = await heard(OBJECTS);
  const { changes } = stepPipeline(startPipeline("n1"), events);
  const [op] = backend.plan(changes, backend.initial).ops;
  assert.ok(op !== undefined);
  const result = await backend.apply(op, new AbortController().signal);
  assert.ok(!result.ok && result.retry);
  assert.match(result.error, /^Cannot write \/nowhere\/at\/all\/default_web/);
});

Deno.test("the example's plan is pure, and has nothing to do for what it has planned", async () => {
  const backend = serverLists("unused");
  const { state } = stepPipeline(startPipeline("n1"), (await heard(OBJECTS)).events);
  const changes = diff(startPipeline("n1").view, state.view);
  const plan = backend.plan(changes, backend.initial);
  assert.deepEqual(backend.plan(changes, backend.initial), plan);
  const again = changes.flatMap((change): readonly Change[] =>
    change.type === "add" ? [{ ...change, type: "update", before: change.now }] : []
  );
  assert.deepEqual(backend.plan(again, plan.state).ops, []);
});

Deno.test("an object that cannot be read stays as it was, and people are told", async () => {
  const bad = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: 1 } };
  const { events, reports } = await heard([bad]);
  assert.deepEqual(
    events.flatMap((event) => event.type === "list" ? event.unreadable : []),
    [{ kind: "Service", namespace: "default", name: "web" }],
  );
  assert.match(reports[0]?.message ?? "", /^Service default\/web: spec\.ports: /);
});

Deno.test("the last rule of the example holds always", () => {
  assert.equal(WEIGHT_RULES.at(-1)?.then, 50);
});

async function blocksOfPage(): Promise<readonly string[]> {
  const page = await Deno.readTextFile(new URL("reference/library.md", DOCS));
  return [...page.replaceAll("\r\n", "\n").matchAll(/^```ts\n([^]*?)^```$/gm)]
    .map(([, text = ""]) => text);
}

Deno.test("docs/reference/library.md shows the code of the example", async () => {
  const file = await Deno.readTextFile(new URL("examples/library/server_lists.ts", DOCS));
  const linesOf = (text: string) => text.split(/\r?\n/).map((line) => line.trim()).join("\n");
  const [, ...shown] = await blocksOfPage();
  assert.equal(shown.length, 4);
  for (const text of shown) {
    assert.ok(linesOf(file).includes(linesOf(text)), `not in the example: ${text}`);
  }
});

Deno.test("the first block of docs/reference/library.md runs as it stands", () =>
  inFolder(async (folder) => {
    const [block = ""] = await blocksOfPage();
    const door = new URL("../mod.ts", import.meta.url).href;
    assert.ok(block.includes('"../../mod.ts"') && /assert\.equal/.test(block));
    await Deno.writeTextFile(`${folder}/block.ts`, block.replace('"../../mod.ts"', `"${door}"`));
    await import(pathToFileURL(`${folder}/block.ts`).href);
  }));
