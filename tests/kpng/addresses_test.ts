// Addresses, patterns and TLS files as KPNG's command line has them.
import assert from "node:assert/strict";
import { addressText, isLocalOnly, parseListen, parseTarget } from "../../proto/kpng/address.ts";
import { matcherOf } from "../../proto/mod.ts";

Deno.test.each([
  ["tcp://127.0.0.1:12090", "tcp://127.0.0.1:12090", true],
  ["tcp://:12090", "tcp://:12090", false],
  ["tcp://[::1]:0", "tcp://[::1]:0", true],
  ["tcp://0.0.0.0:12090", "tcp://0.0.0.0:12090", false],
  ["tcp://localhost:1", "tcp://localhost:1", true],
  ["unix:///k8s/proxy.sock", "unix:///k8s/proxy.sock", true],
  ["127.0.0.1:12090", "tcp://127.0.0.1:12090", true],
  [":12090", "tcp://:12090", false],
  ["[::1]:12090", "tcp://[::1]:12090", true],
  ["unix:proxy.sock", "unix://proxy.sock", true],
])("a server can listen on %s", (spec, text, local) => {
  const address = parseListen(spec);
  assert.equal(addressText(address), text);
  assert.equal(isLocalOnly(address), local);
});

Deno.test.each(["", "12090", "tcp://x", "tcp://:70000", "udp://:1", "http://x:1", "unix://"])(
  'a server cannot listen on "%s"',
  (spec) => assert.throws(() => parseListen(spec), /^SourceError: Cannot listen on /),
);

Deno.test.each([
  ["127.0.0.1:12090", "tcp://127.0.0.1:12090"],
  ["brain.example:1", "tcp://brain.example:1"],
  ["dns:///brain.example:1", "tcp://brain.example:1"],
  ["[fd00::1]:2", "tcp://[fd00::1]:2"],
  ["unix:///run/kpng.sock", "unix:///run/kpng.sock"],
  ["unix:kpng.sock", "unix://kpng.sock"],
])("a client reaches %s", (target, text) => {
  assert.equal(addressText(parseTarget(target)), text);
});

Deno.test.each(["", ":12090", "brain", "http://x:1", "multi:///a:1,b:2"])(
  'a client cannot reach "%s"',
  (target) => assert.throws(() => parseTarget(target), /^SourceError: Cannot connect to /),
);

Deno.test.each([
  ["*", "a.b/c", true],
  ["example.com/*", "example.com/x", true],
  ["example.com/*", "exampleXcom/x", false],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["[a-c]x", "bx", true],
  ["[!a-c]x", "bx", false],
  ["{a,b}/c", "b/c", true],
  ["a,b", "a,b", true],
  ["\\*", "*", true],
  ["\\*", "x", false],
])("the pattern %s on %s", (pattern, name, matches) => {
  assert.equal(matcherOf([pattern])(name), matches);
});

Deno.test("no pattern matches nothing, and one that cannot be read is an error", () => {
  assert.equal(matcherOf([])("a"), false);
  assert.throws(() => matcherOf(["{a"]), /Cannot read the pattern "\{a"/);
});
