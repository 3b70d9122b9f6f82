import assert from "node:assert/strict";
import { expand } from "./expand.ts";

const env = (name: string) => ({ NODE_NAME: "win-$&-1", HOME: "/root" })[name];

Deno.test.each([
  { word: "--hostname-override=$(NODE_NAME)", becomes: "--hostname-override=win-$&-1" },
  { word: "$(NODE_NAME).$(NODE_NAME)", becomes: "win-$&-1.win-$&-1" },
  { word: "--kubeconfig=$(HOME)/x", becomes: "--kubeconfig=$(HOME)/x" },
  { word: "$NODE_NAME", becomes: "$NODE_NAME" },
])("expand() makes $becomes of $word", ({ word, becomes }) => {
  assert.deepEqual(expand([word], env), [becomes]);
});

Deno.test("expand() leaves what is not set as it is", () => {
  assert.deepEqual(expand(["--v=4", "$(NODE_NAME)"], () => undefined), ["--v=4", "$(NODE_NAME)"]);
});
