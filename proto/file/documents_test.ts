import assert from "node:assert/strict";
import fc from "fast-check";
import { dump, load, loadAll } from "js-yaml";
import { splitDocuments } from "./documents.ts";

const texts = (stream: string) => splitDocuments(stream).map((document) => document.text);

Deno.test.each([
  { what: "nothing", stream: "", documents: [] },
  { what: "blank lines and comments", stream: "\n# only words\n\n", documents: [] },
  { what: "one bare document", stream: "a: 1\n", documents: ["a: 1\n"] },
  { what: "two with a marker", stream: "a: 1\n---\nb: 2\n", documents: ["a: 1\n", "---\nb: 2\n"] },
  { what: "a marker at the very start", stream: "---\na: 1\n", documents: ["---\na: 1\n"] },
  {
    what: "a comment before the first marker",
    stream: "# head\n---\na: 1",
    documents: ["# head\n---\na: 1"],
  },
  {
    what: "a directive",
    stream: "%YAML 1.2\n---\na: 1\n",
    documents: ["%YAML 1.2\n---\na: 1\n"],
  },
  {
    what: "a directive after an end marker",
    stream: "a: 1\n...\n%YAML 1.2\n---\nb: 2",
    documents: ["a: 1\n", "\n%YAML 1.2\n---\nb: 2"],
  },
  {
    what: "a bare document after an end",
    stream: "a: 1\n...\nb: 2",
    documents: ["a: 1\n", "\nb: 2"],
  },
  { what: "an end at the end", stream: "---\na: 1\n...\n", documents: ["---\na: 1\n"] },
  {
    what: "empty documents",
    stream: "---\n---\na: 1\n---",
    documents: ["---\n", "---\na: 1\n", "---"],
  },
  {
    what: "content and a comment beside the marker",
    stream: "--- {a: 1}\n--- # two\nb: 2\n---\t# three\n",
    documents: ["--- {a: 1}\n", "--- # two\nb: 2\n", "---\t# three\n"],
  },
  {
    what: "markers inside a block scalar",
    stream: "a: |\n  ---\n  ...\n  text\n---\nb: 2",
    documents: ["a: |\n  ---\n  ...\n  text\n", "---\nb: 2"],
  },
  {
    what: "lines that only begin like markers",
    stream: "a: 1\n---x: 2\n----\n....\n",
    documents: ["a: 1\n---x: 2\n----\n....\n"],
  },
  {
    what: "Windows line ends",
    stream: "a: 1\r\n---\r\nb: 2\r\n...\r\n",
    documents: ["a: 1\r\n", "---\r\nb: 2\r\n"],
  },
  { what: "old Mac line ends", stream: "a: 1\r---\rb: 2", documents: ["a: 1\r", "---\rb: 2"] },
])("splitDocuments() takes $what", ({ stream, documents }) => {
  assert.deepEqual(texts(stream), documents);
});

Deno.test("splitDocuments() numbers the documents and knows on which line each starts", () => {
  const stream = "# head\na: 1\n---\nb: 2\nc: 3\n---\n---\nd: 4\n";
  assert.deepEqual(
    splitDocuments(stream).map(({ number, line }) => ({ number, line })),
    [{ number: 1, line: 1 }, { number: 2, line: 3 }, { number: 3, line: 6 }, {
      number: 4,
      line: 7,
    }],
  );
});

Deno.test("splitDocuments() takes a head of a million comment lines", () => {
  assert.deepEqual(texts("# words\n".repeat(1_000_000)), []);
});

Deno.test("splitDocuments() cuts where js-yaml cuts, whatever the documents hold", () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom("---", "...", "a\n---\nb", "x\n...\n", "# no comment", "%YAML 1.2", ""),
      fc.string(),
      fc.integer(),
      fc.dictionary(fc.constantFrom("a", "---", "% b", "# c"), tie("value"), { maxKeys: 3 }),
      fc.array(tie("value"), { maxLength: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
      const stream = values.map((each) => `---\n${dump(each)}`).join("");
      assert.deepEqual(splitDocuments(stream).map(({ text }) => load(text)), loadAll(stream));
    }),
  );
});
