/**
 * `deno task docs:rules`: writes docs/rules.md from the rule tables. `rules_page_test.ts` fails when
 * the page is out of date.
 *
 * @module
 */
import { rulesPage } from "../core/mod.ts";

/** Where the page is. */
export const RULES_PAGE = new URL("../docs/rules.md", import.meta.url);

if (import.meta.main) await Deno.writeTextFile(RULES_PAGE, rulesPage());
