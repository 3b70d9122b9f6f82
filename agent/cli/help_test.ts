import assert from "node:assert/strict";
import { FLAGS } from "./flags.ts";
import { formHelp, overview } from "./help.ts";
import { flagsOf, resolve } from "./resolve.ts";
import { commandNames, sinkNames, sourceNames } from "./words.ts";

Deno.test("the overview names every command, source and sink", () => {
  const text = overview();
  for (const word of [...commandNames(), ...sourceNames(), ...sinkNames()]) {
    assert.match(text, new RegExp(`^  ${word} `, "m"));
  }
});

Deno.test("the help of a command line shows usage, example and each of its flags", () => {
  const form = resolve(["file", "to-print"]);
  const text = formHelp(form);
  assert.match(text, /^ {2}windlass file to-print \[flags\]$/m);
  assert.match(text, /^ {2}windlass file to-print --input cluster\.yaml/m);
  for (const id of flagsOf(form)) assert.match(text, new RegExp(`--${FLAGS[id].name}\\b`));
  assert.doesNotMatch(text, /kubeconfig/);
});

Deno.test("a flag line shows letter, value, help and default", () => {
  const text = formHelp(resolve(["view", "file"]));
  assert.match(text, /^ {2}-v, --v=N {2,}How much to log.*$/m);
  assert.match(text, /\(default 0\)/);
  assert.match(text, /^ {2}-o, --output=text\|json\|yaml {2,}How the result is printed/m);
  assert.match(text, /^ {6}--strict {2,}/m);
});

Deno.test("the help of an incomplete command line tells what may come next", () => {
  assert.match(formHelp(resolve(["file"])), /^Sinks:\n {2}to-print /m);
  assert.match(formHelp(resolve(["view"])), /^Sources:\n {2}kube /m);
  assert.match(formHelp(resolve(["to-userspace"])), /also to-winuserspace|^Sources:/m);
});

Deno.test("no line of the help is wider than 100 columns", () => {
  const texts = [
    overview(),
    ...[...commandNames(), ...sourceNames(), ...sinkNames()].map((each) =>
      formHelp(resolve([each]))
    ),
  ];
  for (const line of texts.join("").split("\n")) assert(line.length <= 100, line);
});
