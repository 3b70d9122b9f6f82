import assert from "node:assert/strict";
import { WINDLASS_VERSION } from "./version.ts";

Deno.test("the version is that of deno.json", async () => {
  const text = await Deno.readTextFile(new URL("../deno.json", import.meta.url));
  assert.equal(Object(JSON.parse(text)).version, WINDLASS_VERSION);
});
