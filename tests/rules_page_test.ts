import assert from "node:assert/strict";
import { RULE_TABLES } from "../core/mod.ts";
import { currentRulesPage, RULES_PAGE } from "./rules_page.ts";

Deno.test("docs/rules.md says what the rule tables say (if not: deno task docs:rules)", async () => {
  assert.equal(await Deno.readTextFile(RULES_PAGE), currentRulesPage());
});

Deno.test("docs/rules.md has every rule table of core/ that is exported as *_RULES", async () => {
  const core: Readonly<Record<string, unknown>> = await import("../core/mod.ts");
  const documented = new Set<unknown>(RULE_TABLES.map(({ rules }) => rules));
  const missing = Object.keys(core).filter((name) =>
    name.endsWith("_RULES") && !documented.has(core[name])
  );
  assert.deepEqual(missing, []);
  assert.ok(Object.keys(core).some((name) => name.endsWith("_RULES")));
});
