/**
 * `deno run -P=docs tests/hns/rules_page.ts`: writes docs/hns/rules.md from the rule tables of the HNS
 * backend. `rules_page_test.ts` fails when the page is out of date.
 *
 * @module
 */
import { hnsRulesPage } from "../../backends/mod.ts";

/** Where the page is. */
export const HNS_RULES_PAGE = new URL("../../docs/hns/rules.md", import.meta.url);

if (import.meta.main) await Deno.writeTextFile(HNS_RULES_PAGE, hnsRulesPage());
