import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { guidOf, namespaceOf } from "./guid.ts";
import { sha1 } from "./sha1.ts";

Deno.test("sha1() agrees with the platform's, at every length of a block", () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
    const hex = sha1(bytes).map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    assert.equal(hex, createHash("sha1").update(bytes).digest("hex"), `length ${length}`);
  }
});

Deno.test("a GUID depends on the name and the namespace alone, and is of version 5", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (name, space) => {
    const guid = guidOf(namespaceOf(space), name);
    assert.equal(guidOf(namespaceOf(space), name), guid);
    assert.match(guid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(guidOf(namespaceOf(`${space}x`), name), guid);
    assert.notEqual(guidOf(namespaceOf(space), `${name}x`), guid);
  }));
});

Deno.test("GUIDs never change: nodes out there carry them", () => {
  const guid = guidOf(namespaceOf("load-balancers/vxlan0"), "TCP/10.96.0.10:80");
  assert.equal(guid, "760f1b6f-cd43-5db9-8fb2-e7bee213b06f");
});
