/**
 * `deno task docs:rules`: writes docs/rules.md from the rule tables. `rules_page_test.ts` fails when
 * the page is out of date.
 *
 * @module
 */
import { USERSPACE_RULE_TABLES } from "../backends/mod.ts";
import { rulesPage } from "../core/mod.ts";

/** Where the page is. */
export const RULES_PAGE = new URL("../docs/rules.md", import.meta.url);

/** The page as the tables of today make it. */
export function currentRulesPage(): string {
  return rulesPage(USERSPACE_RULE_TABLES);
}

if (import.meta.main) await Deno.writeTextFile(RULES_PAGE, currentRulesPage());
