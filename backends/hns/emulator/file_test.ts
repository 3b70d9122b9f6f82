import assert from "node:assert/strict";
import { EMPTY_STATE, readState, stateText } from "./file.ts";

Deno.test.each([
  { what: "no text", text: " \n" },
  { what: "no lists", text: "{}" },
  { what: "lists that Go wrote", text: '{"Networks":null,"Endpoints":null,"LoadBalancers":null}' },
])("a file with $what has nothing", ({ text }) => {
  const read = readState(text);
  assert.deepEqual(read.ok && read.state, EMPTY_STATE);
});

Deno.test("lists have their names in any letter case, and what else is there stays", () => {
  const read = readState('{"networks":[{"ID":"1"}],"Version":{"Major":15},"endpoints":[]}');
  assert(read.ok);
  assert.deepEqual(read.state, { ...EMPTY_STATE, Networks: [{ ID: "1" }] });
  assert.deepEqual(JSON.parse(stateText(read.state, read.rest)), {
    Version: { Major: 15 },
    Networks: [{ ID: "1" }],
    Endpoints: [],
    LoadBalancers: [],
  });
});
