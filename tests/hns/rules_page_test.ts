import assert from "node:assert/strict";
import { hnsRulesPage } from "../../backends/mod.ts";
import { HNS_RULES_PAGE } from "./rules_page.ts";

Deno.test("docs/hns/rules.md says what the rule tables say (if not: run tests/hns/rules_page.ts)", async () => {
  assert.equal(await Deno.readTextFile(HNS_RULES_PAGE), hnsRulesPage());
});
