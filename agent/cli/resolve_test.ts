import assert from "node:assert/strict";
import { flagsOf, resolve } from "./resolve.ts";
import { UsageError } from "./usage_error.ts";
import { commandNames, COMMANDS, sinkNames, sourceNames } from "./words.ts";

Deno.test.each([
  { words: ["file", "to-print"], run: "sync", name: "file to-print", missing: null },
  { words: ["kube", "to-winuserspace"], run: "sync", name: "kube to-userspace", missing: null },
  { words: ["kube"], run: "sync", name: "kube", missing: "SINK" },
  { words: ["to-print"], run: "sync", name: "to-print", missing: "SOURCE" },
  { words: ["view"], run: "view", name: "view", missing: "SOURCE" },
  { words: ["view", "file"], run: "view", name: "view file", missing: null },
  { words: ["explain"], run: "explain", name: "explain", missing: "SOURCE" },
  { words: ["explain", "kube"], run: "explain", name: "explain kube", missing: "NAMESPACE/NAME" },
  { words: ["explain", "kube", "a/b"], run: "explain", name: "explain kube", missing: null },
  { words: ["completion"], run: "completion", name: "completion", missing: "SHELL" },
  { words: ["simulate"], run: "simulate", name: "simulate", missing: null },
])("resolve() knows what $words means", ({ words, run, name, missing }) => {
  const form = resolve(words);
  assert.deepEqual({ run: form.run, name: form.name, missing: form.missing }, {
    run,
    name,
    missing,
  });
});

Deno.test("the words after source and sink are left for the command", () => {
  assert.deepEqual(resolve(["explain", "file", "a/b", "c"]).rest, ["a/b", "c"]);
  assert.equal(resolve(["explain", "file", "a/b"]).maxRest, 1);
  assert.deepEqual(resolve(["file", "to-print", "x"]).rest, ["x"]);
  assert.equal(resolve(["file", "to-print"]).maxRest, 0);
});

Deno.test.each([
  { words: ["vieww"], says: 'Unknown command "vieww"; did you mean view?; it is view, plan' },
  { words: [""], says: 'Unknown command ""; it is ' },
  { words: ["view", "flie"], says: 'Unknown source "flie"; did you mean file?' },
  { words: ["file", "to-pint"], says: 'Unknown sink "to-pint"; did you mean to-print?' },
  { words: ["file", "constructor"], says: 'Unknown sink "constructor"' },
  { words: ["toString"], says: 'Unknown command "toString"' },
])("resolve() refuses $words", ({ words, says }) => {
  assert.throws(() => resolve(words), (error) => {
    assert(error instanceof UsageError);
    assert(error.message.startsWith(says), error.message);
    return true;
  });
});

Deno.test("no command line has two flags of one name", async () => {
  const { FLAGS } = await import("./flags.ts");
  const lines = [
    ...sourceNames().flatMap((source) => sinkNames().map((sink) => [source, sink])),
    ...commandNames().flatMap((command) =>
      "SOURCE" === COMMANDS[command].takes[0]
        ? sourceNames().map((source) => [command, source])
        : [[command]]
    ),
  ];
  for (const words of lines) {
    const names = flagsOf(resolve(words)).map((id) => FLAGS[id].name);
    assert.equal(new Set(names).size, names.length, `${words.join(" ")}: ${names.join(" ")}`);
  }
});
