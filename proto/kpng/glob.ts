/**
 * Patterns for the names of labels and annotations, as KPNG reads them: `*` any text, `?` one letter,
 * `[a-z]` and `[!a-z]` one of a class, `{a,b}` one of several, `\` before a letter takes it as it is.
 *
 * @module
 */
import { SourceError } from "../source.ts";

/**
 * Whether a name matches one of the patterns.
 *
 * @throws {SourceError} If a pattern cannot be read.
 */
export function matcherOf(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map((pattern) => {
    try {
      return new RegExp(`^${expressionOf(pattern)}$`, "su");
    } catch (cause) {
      throw new SourceError(
        "bad-config",
        `Cannot read the pattern "${pattern}": write example.com/*, say`,
        { cause },
      );
    }
  });
  return (name) => expressions.some((each) => each.test(name));
}

function expressionOf(pattern: string): string {
  let depth = 0;
  return pattern.replaceAll(/\\(.)|\[(!|\^)?([^\]]+)\]|[\s\S]/gu, (text, escaped, not, inside) => {
    if (escaped !== undefined) return literal(escaped);
    if (inside !== undefined) return `[${not ? "^" : ""}${inside.replaceAll(/[\\^]/g, "\\$&")}]`;
    switch (text) {
      case "*":
        return ".*";
      case "?":
        return ".";
      case "{":
        depth++;
        return "(?:";
      case "}":
        depth--;
        return ")";
      case ",":
        return depth > 0 ? "|" : ",";
      default:
        return literal(text);
    }
  });
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
