import assert from "node:assert/strict";
import { fieldPaths } from "../agent/kube_proxy/fields.ts";
import { KUBE_PROXY_FLAGS } from "../agent/kube_proxy/flags.ts";
import { filled } from "./cli_page.ts";
import { KUBE_PROXY_PAGE, KUBE_PROXY_PARTS } from "./kube_proxy_page.ts";

const text = (await Deno.readTextFile(KUBE_PROXY_PAGE)).replaceAll("\r\n", "\n");

Deno.test("docs/reference/kube-proxy.md says what the program does (if not: deno task docs:kube-proxy)", async () => {
  assert.equal(text, await filled(text, KUBE_PROXY_PARTS));
});

Deno.test("the page has every part once, every flag and every field", () => {
  const names = [...text.matchAll(/^<!-- generated: (.+) -->$/gm)].map(([, name]) => name);
  assert.deepEqual(names.toSorted(), [...KUBE_PROXY_PARTS.keys()].sort());
  const missing = [...KUBE_PROXY_FLAGS.keys()].filter((name) => !text.includes(`| \`--${name}\``));
  assert.deepEqual(missing, []);
  assert.deepEqual(fieldPaths().filter((path) => !text.includes(`| \`${path}\``)), []);
});
