/**
 * How the commands print data: the same way for all of them.
 *
 * @module
 */
import { dump } from "js-yaml";
import { unreachable } from "../../core/mod.ts";

/** Plain data as text of the form asked for, with a line break at the end. */
export function dataText(data: unknown, format: "json" | "yaml"): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(data, null, 2)}\n`;
    case "yaml":
      return dump(data, { lineWidth: -1, noRefs: true });
    default:
      return unreachable(format);
  }
}
