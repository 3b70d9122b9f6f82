/**
 * `deno task docs:metrics`: writes docs/reference/metrics.md from the table of metrics.
 * `metrics_page_test.ts` fails when the page is out of date.
 *
 * @module
 */
import { metricsPage } from "../agent/metrics/metrics_page.ts";

/** Where the page is. */
export const METRICS_PAGE = new URL("../docs/reference/metrics.md", import.meta.url);

if (import.meta.main) await Deno.writeTextFile(METRICS_PAGE, metricsPage());
