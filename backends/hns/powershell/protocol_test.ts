import assert from "node:assert/strict";
import fc from "fast-check";
import type { HcnCall } from "../hcn/calls.ts";
import { encodedCommand, HOST_ARGS, SCRIPT_LINE } from "./command.ts";
import { readHostLine, requestLine } from "./protocol.ts";
import { replyLine } from "./test_host.ts";

const SCRIPT = atob(SCRIPT_LINE.trimEnd());
const BEGINNING = new TextDecoder("utf-16le").decode(
  Uint8Array.from(atob(HOST_ARGS.at(-1) ?? ""), (each) => each.charCodeAt(0)),
);

Deno.test("requests and replies are one line of ASCII each, and lose nothing", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(fc.nat(), text, text, (n, id, settings) => {
    const call: HcnCall = { op: "modify-load-balancer", id, settings };
    const line = requestLine(n, call);
    assert.match(line, /^[\x20-\x7e]+\n$/);
    assert.deepEqual(JSON.parse(line), { n, call });
    const answer = { hresult: -n | 0, step: id, output: settings, error: id };
    assert.deepEqual(readHostLine(replyLine(n, answer)), { kind: "reply", n, answer });
  }));
});

Deno.test.each([
  { line: "" },
  { line: "null" },
  { line: "[]" },
  { line: '{"n":1}' },
  { line: '{"n":"1","hresult":0}' },
  { line: '{"ready":true}' },
  { line: "Preparing modules for first use." },
])("$line is noise", ({ line }) => {
  assert.deepEqual(readHostLine(line), { kind: "noise" });
});

Deno.test("any line at all is read without a fuss", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
    assert(["ready", "refused", "reply", "noise"].includes(readHostLine(line).kind));
  }));
});

Deno.test("the script knows every operation, and every function that it declares is called", () => {
  const ops: Readonly<Record<HcnCall["op"], true>> = {
    "enumerate": true,
    "query": true,
    "create-endpoint": true,
    "create-load-balancer": true,
    "modify-load-balancer": true,
    "delete": true,
    "hns": true,
  };
  const known = [...SCRIPT.matchAll(/^ {12}'([a-z-]+)' \{ \[Windlass\.Hcn\]/gm)].map(([, op]) =>
    op
  );
  assert.deepEqual(known, Object.keys(ops));
  const declared = [...SCRIPT.matchAll(/static extern int (\w+)\(/g)].map(([, name = ""]) => name);
  assert.equal(declared.length, 18);
  for (const name of declared) {
    assert.equal(SCRIPT.split(new RegExp(`\\b${name}\\b`)).length > 2, true, name);
  }
});

Deno.test("what goes to PowerShell is ASCII, and short where it must be", () => {
  assert.match(SCRIPT, /^[\n\r\x20-\x7e]+$/);
  assert.match(BEGINNING, /^[\n\x20-\x7e]+$/);
  // PowerShell would read the requests itself if it saw this variable.
  assert.doesNotMatch(SCRIPT + BEGINNING, /\$input\b/i);
  assert(HOST_ARGS.join(" ").length < 8_000); // Windows ends command lines at 32,767
  assert.equal(encodedCommand("ab"), btoa("a\0b\0"));
});
