import assert from "node:assert/strict";
import fc from "fast-check";
import { splitJson } from "./json_values.ts";

Deno.test.each([
  { what: "nothing", text: " \n", values: [] },
  { what: "one value", text: '{"a": 1}\n', values: ['{"a": 1}'] },
  { what: "two without a gap", text: "{}[]", values: ["{}", "[]"] },
  {
    what: "brackets and quotes in texts",
    text: '{"a":"}\\"]"}{}',
    values: ['{"a":"}\\"]"}', "{}"],
  },
  {
    what: "a stroke before the end of a text",
    text: '{"a":"\\\\"}{}',
    values: ['{"a":"\\\\"}', "{}"],
  },
  { what: "the marks of a YAML stream", text: "---\r\n{}\r\n--- \r\n{}", values: ["{}", "{}"] },
  { what: "one that is not closed", text: '{}\n{"a": [', values: ["{}", '{"a": ['] },
  { what: "a text that is not closed", text: '{}\n{"a: }', values: ["{}", '{"a: }'] },
  { what: "one that closes what is not open", text: "]{}", values: ["]", "{}"] },
  { what: "what is no value", text: "{} x {}", values: ["{}", "x {}"] },
])("splitJson() finds $what", ({ text, values }) => {
  assert.deepEqual(splitJson(text).map((value) => value.text), values);
});

Deno.test("splitJson() knows on which line each value starts", () => {
  assert.deepEqual(splitJson('\n{"a":\n 1}\n\n{}{}').map(({ line }) => line), [2, 5, 5]);
});

Deno.test("splitJson() finds again what was written, however it was laid out", () => {
  const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
  const gap = fc.constantFrom("", "\n", " ", "\r\n---\r\n", "\n---\n");
  fc.assert(fc.property(fc.array(fc.tuple(value, gap, fc.nat(2))), (stream) => {
    const text = stream.map(([each, after, indent]) => JSON.stringify(each, null, indent) + after);
    const found = splitJson(text.join("")).map((each) => JSON.stringify(JSON.parse(each.text)));
    assert.deepEqual(found, stream.map(([each]) => JSON.stringify(each)));
  }));
});
