import assert from "node:assert/strict";
import type { Input, InputFile } from "./inputs.ts";
import { nextRound, type Round } from "./round.ts";

function file(path: string, text: string): InputFile {
  return { ok: true, path, digest: text, bytes: new TextEncoder().encode(text) };
}

function folder(...files: readonly InputFile[]): Input {
  return { ok: true, path: "in", realPath: "/in", folder: true, files };
}

const GONE: Input = { ok: false, path: "in", missing: true, why: "no such folder" };

const node = (name: string) => `{"apiVersion":"v1","kind":"Node","metadata":{"name":"${name}"}}`;
const BAD_NODE = node("n1").replace('"metadata":{', '"status":7,"metadata":{');
const EMPTY_LIST = '{"kind":"List","items":[]}';

/** The Nodes that a round tells of: each name, in brackets where the object could not be read. */
function nodes({ events }: Round): readonly string[] | null {
  const event = events.find((each) => each.type === "list" && each.kind === "Node");
  if (event === undefined || event.type !== "list") return null;
  return [
    ...event.objects.map(({ name }) => name),
    ...event.unreadable.map(({ name }) => `(${name})`),
  ];
}

function reports({ reports }: Round): readonly string[] {
  return reports.map(({ severity, where, message }) =>
    `${severity} @ ${where}: ${message.split(/[:;,]/)[0]}`
  );
}

/** Plays the states of the input one after the other and tells what each round had to say. */
function play(...states: readonly Input[]) {
  let round: Round | null = null;
  return states.map((input) => {
    round = nextRound(round, [input]);
    return { nodes: nodes(round), reports: reports(round) };
  });
}

Deno.test("the first round tells all kinds, even where there is nothing", () => {
  const { events } = nextRound(null, [folder(file("in/a.json", EMPTY_LIST))]);
  assert.deepEqual(events, [
    { type: "list", kind: "Service", objects: [], unreadable: [] },
    { type: "list", kind: "EndpointSlice", objects: [], unreadable: [] },
    { type: "list", kind: "Node", objects: [], unreadable: [] },
  ]);
});

Deno.test("a round in which nothing changed tells nothing", () => {
  const state = folder(file("in/a.json", BAD_NODE));
  const [first, second] = play(state, state);
  assert.equal(first?.reports.length, 1);
  assert.deepEqual(second, { nodes: null, reports: [] });
});

Deno.test("a file that comes, changes and leaves its folder brings, changes and takes its objects", () => {
  const a = file("in/a.json", node("a"));
  assert.deepEqual(
    play(
      folder(a),
      folder(a, file("in/b.json", node("b"))),
      folder(a, file("in/b.json", node("c"))),
      folder(a),
    ).map((round) => round.nodes),
    [["a"], ["a", "b"], ["a", "c"], ["a"]],
  );
});

Deno.test("an object that became bad is told as unreadable, so that its last good version stays", () => {
  assert.deepEqual(
    play(folder(file("in/a.json", node("n1"))), folder(file("in/a.json", BAD_NODE)))
      .map((round) => round.nodes),
    [["n1"], ["(n1)"]],
  );
});

Deno.test.each([
  { what: "half a document", text: node("b").slice(0, -5) },
  { what: "nothing", text: "" },
])("a file that holds $what on a later reading stays as it was", ({ text }) => {
  const [, second, third] = play(
    folder(file("in/a.yaml", node("a"))),
    folder(file("in/a.yaml", text)),
    folder(file("in/a.yaml", node("b"))),
  );
  assert.equal(second?.nodes, null);
  assert.equal(second?.reports.at(-1), "problem @ in/a.yaml: A part of the file cannot be used");
  assert.equal(second?.reports.length, 2);
  assert.deepEqual(third, { nodes: ["b"], reports: [] });
});

Deno.test("a file of which a part does not parse brings what it shows and keeps what it does not", () => {
  const stream = (...documents: readonly string[]) =>
    folder(file("in/a.yaml", documents.map((document) => `---\n${document}\n`).join("")));
  assert.deepEqual(
    play(
      stream(node("n1"), node("n2")),
      stream(node("n2"), "a: [", node("n3")),
      stream(BAD_NODE, "a: [", node("n4")),
      stream(node("n4")),
    ).map((round) => round.nodes),
    [["n1", "n2"], ["n1", "n2", "n3"], ["n1", "n2", "n3", "n4"], ["n4"]],
  );
});

Deno.test("an object that could not be read stays told as such while the file shows only others", () => {
  const [, second, third] = play(
    folder(file("in/a.yaml", BAD_NODE)),
    folder(file("in/a.yaml", `---\n${node("n2")}\n---\na: [`)),
    folder(file("in/a.yaml", `---\n${node("n1")}\n---\na: [`)),
  );
  assert.deepEqual([second?.nodes, third?.nodes], [["n2", "(n1)"], ["n2", "n1"]]);
});

Deno.test("a file that is half bad on its first reading gives its good half", () => {
  const [first] = play(folder(file("in/a.yaml", `---\n${node("a")}\n---\na: [`)));
  assert.deepEqual(first?.nodes, ["a"]);
  assert.deepEqual(first?.reports, ["problem @ in/a.yaml document 2: Cannot use the document"]);
});

Deno.test("an empty List takes all objects of a file away", () => {
  const [, second] = play(
    folder(file("in/a.json", node("a"))),
    folder(file("in/a.json", EMPTY_LIST)),
  );
  assert.deepEqual(second, { nodes: [], reports: [] });
});

Deno.test("an input that is gone keeps what it said, is reported once, and again when it is back", () => {
  const there = folder(file("in/a.json", node("a")));
  assert.deepEqual(play(there, GONE, GONE, there), [
    { nodes: ["a"], reports: [] },
    { nodes: null, reports: ["trouble @ in: Cannot read it"] },
    { nodes: null, reports: [] },
    { nodes: null, reports: ["recovered @ in: It can be read again"] },
  ]);
});

Deno.test("a file that cannot be read for a while keeps what it said", () => {
  const there = folder(file("in/a.json", node("a")));
  const locked = folder({ ok: false, path: "in/a.json", why: "it is locked" });
  assert.deepEqual(play(there, locked, there), [
    { nodes: ["a"], reports: [] },
    { nodes: null, reports: ["trouble @ in/a.json: Cannot read the file"] },
    { nodes: ["a"], reports: ["recovered @ in/a.json: It can be read again"] },
  ]);
});

Deno.test("a folder without files is reported", () => {
  assert.deepEqual(play(folder()), [
    { nodes: [], reports: ["problem @ in: The folder holds no *.yaml"] },
  ]);
});

Deno.test("a file that is no text is reported", () => {
  const [round] = play(folder({ ok: true, path: "in/a", digest: "", bytes: Uint8Array.of(0xff) }));
  assert.deepEqual(round?.reports, ["problem @ in/a: Cannot read the file"]);
});

Deno.test("of an object that is given twice the later one is used, and both places are told", () => {
  const labelled = node("n1").replace("}}", ',"labels":{"which":"later"}}}');
  const round = nextRound(null, [
    folder(file("in/a.json", node("n1")), file("in/b.json", labelled)),
  ]);
  const list = round.events.find((event) => event.type === "list" && event.kind === "Node");
  assert.ok(list?.type === "list");
  assert.deepEqual(list.objects.map((each) => each.kind === "Node" && each.labels), [
    { which: "later" },
  ]);
  assert.deepEqual(round.reports.map(({ where, message }) => `${where}: ${message}`), [
    "in/b.json document 1: Node n1 was given before, at in/a.json document 1; " +
    "this one is used, keep only one",
  ]);
});

Deno.test("an object given twice, once badly, is there in its good version", () => {
  const [round] = play(
    folder(file("in/a.json", node("n1")), file("in/b.json", BAD_NODE)),
  );
  assert.deepEqual(round?.nodes, ["n1"]);
});
