/**
 * A strict reader of Prometheus' text format, for tests: what it lets pass, Prometheus does.
 *
 * @module
 */

/** One sample. */
export interface ParsedSample {
  /** The name, with the suffix of a histogram's line. */
  readonly name: string;
  /** The labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value. */
  readonly value: number;
}

/** One metric with its samples. */
export interface ParsedFamily {
  /** The type. */
  readonly type: string;
  /** The help. */
  readonly help: string;
  /** The samples. */
  readonly samples: readonly ParsedSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"/;
const VALUE = /^(?:[+-]Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;

/**
 * Reads an exposition: each metric once, HELP and TYPE before its samples, no sample twice, buckets
 * that grow and end in `+Inf` with the count.
 *
 * @throws {SyntaxError} With the line that is wrong.
 */
export function parseText(text: string): ReadonlyMap<string, ParsedFamily> {
  if (!text.endsWith("\n")) throw new SyntaxError("The last line has no end");
  const families = new Map<string, { type: string; help: string; samples: ParsedSample[] }>();
  let current = "";
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (comment !== null) {
      const [, keyword = "", name = "", rest = ""] = comment;
      if (keyword === "HELP") {
        check(!families.has(name), line, "the metric has come before");
        check(/^(?:[^\\]|\\[\\n])*$/.test(rest), line, "a bad escape in HELP");
        families.set(name, { type: "", help: rest, samples: [] });
        current = name;
      } else {
        check(name === current, line, "TYPE does not follow its HELP");
        check(/^(counter|gauge|histogram)$/.test(rest), line, "an unknown type");
        const family = families.get(name);
        if (family !== undefined) family.type = rest;
      }
      continue;
    }
    const sample = parseSample(line);
    const family = families.get(current);
    const bare = family?.type === "histogram"
      ? sample.name.replace(/_(bucket|sum|count)$/, "")
      : sample.name;
    check(bare === current && family !== undefined, line, "the sample stands under another metric");
    const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    check(!seen.has(identity), line, "the sample has come before");
    seen.add(identity);
    family?.samples.push(sample);
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

function parseSample(line: string): ParsedSample {
  const name = NAME.exec(line)?.[0] ?? "";
  check(name !== "", line, "there is no name");
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    do {
      rest = rest.slice(1);
      const match = LABEL.exec(rest);
      check(match !== null, line, "a bad label");
      const [whole = "", key = "", value = ""] = match ?? [];
      check(!Object.hasOwn(labels, key), line, "a label twice");
      labels[key] = value.replaceAll(/\\(.)/g, (_, c) => c === "n" ? "\n" : c);
      rest = rest.slice(whole.length);
    } while (rest.startsWith(","));
    check(rest.startsWith("}"), line, "the labels do not end");
    rest = rest.slice(1);
  }
  check(rest.startsWith(" ") && VALUE.test(rest.slice(1)), line, "a bad value");
  return { name, labels, value: Number(rest.slice(1).replace("Inf", "Infinity")) };
}

function checkFamily(name: string, { type, samples }: ParsedFamily): void {
  check(type !== "" && samples.length > 0, name, "no type or no sample");
  if (type === "counter") {
    for (const { value } of samples) check(value >= 0, name, "a counter below 0");
  }
  if (type !== "histogram") return;
  const last = new Map<string, { le: number; count: number }>();
  for (const { name: full, labels: { le = "", ...labels }, value } of samples) {
    const key = JSON.stringify(labels);
    if (full.endsWith("_bucket")) {
      const before = last.get(key) ?? { le: -Infinity, count: 0 };
      const limit = Number(le.replace("Inf", "Infinity"));
      check(limit > before.le && value >= before.count, name, "buckets do not grow");
      last.set(key, { le: limit, count: value });
    } else if (full.endsWith("_count")) {
      const { le: limit, count } = last.get(key) ?? { le: 0, count: -1 };
      check(limit === Infinity && count === value, name, "the last bucket is not the count");
    }
  }
}

function check(right: boolean, line: string, message: string): void {
  if (!right) throw new SyntaxError(`${message}: ${line}`);
}
