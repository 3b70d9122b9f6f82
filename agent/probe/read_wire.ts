/**
 * Reads what a prober and its agents say to each other. Either may be a stranger: what is not exactly
 * as it should be is refused, with the place. Pure.
 *
 * @module
 */
import { IP_FAMILIES, parseIp } from "../../core/mod.ts";
import { safeName } from "./dialects.ts";
import {
  type Cell,
  type Column,
  type Expected,
  MARKS,
  type Sight,
  SIGHTS,
  TARGET_KINDS,
} from "./model.ts";
import type { Order } from "./prober.ts";

/** The most often that a frontend may be asked in one go. */
export const MOST_TIMES = 100;

const MOST_PATTERNS = 1000;
const LONGEST_TEXT = 4096;
const ANSWERS = ["one-of", "nobody", "unsure"] as const;

/**
 * Reads an order.
 *
 * @throws {TypeError} If it is none.
 */
export function readOrder(value: unknown): Order {
  const fields = objectAt(value, "order");
  const services = listAt(fields["services"], "services", textAt);
  if (services.length > MOST_PATTERNS) throw bad("services", `at most ${MOST_PATTERNS} patterns`);
  const kinds = listAt(fields["kinds"], "kinds", (each, at) => oneOfAt(each, at, TARGET_KINDS));
  const times = numberAt(fields["times"], "times");
  if (!Number.isInteger(times) || times < 1 || times > MOST_TIMES) {
    throw bad("times", `a whole number from 1 to ${MOST_TIMES}`);
  }
  return { services, kinds, times, allNodes: booleanAt(fields["allNodes"], "allNodes") };
}

/**
 * Reads what a prober saw.
 *
 * @throws {TypeError} If it is not that.
 */
export function readColumn(value: unknown): Column {
  const { from, cells, leftOut } = objectAt(value, "answer");
  return {
    from: nameAt(from, "from"),
    cells: listAt(cells, "cells", readCell),
    leftOut: listAt(leftOut, "leftOut", textAt),
  };
}

function readCell(value: unknown, at: string): Cell {
  const fields = objectAt(value, at);
  const text = (name: string): string => textAt(fields[name], `${at}.${name}`);
  const ip = parseIp(text("ip"))?.text;
  if (ip === undefined) throw bad(`${at}.ip`, "an IP address");
  return {
    key: text("key"),
    name: text("name"),
    protocol: oneOfAt(fields["protocol"], `${at}.protocol`, ["TCP", "UDP"]),
    family: oneOfAt(fields["family"], `${at}.family`, IP_FAMILIES),
    kind: oneOfAt(fields["kind"], `${at}.kind`, TARGET_KINDS),
    node: text("node"),
    ip,
    port: numberAt(fields["port"], `${at}.port`),
    expected: readExpected(fields["expected"], `${at}.expected`),
    sights: listAt(fields["sights"], `${at}.sights`, readSight),
    mark: oneOfAt(fields["mark"], `${at}.mark`, MARKS),
    verdict: text("verdict"),
    why: text("why"),
  };
}

function readExpected(value: unknown, at: string): Expected {
  const fields = objectAt(value, at);
  const rule = textAt(fields["rule"], `${at}.rule`);
  const answer = oneOfAt(fields["answer"], `${at}.answer`, ANSWERS);
  if (answer !== "one-of") return { answer, rule };
  const endpoints = listAt(fields["endpoints"], `${at}.endpoints`, textAt);
  const sticky = booleanAt(fields["sticky"], `${at}.sticky`);
  const optional = booleanAt(fields["optional"], `${at}.optional`);
  return { answer, rule, endpoints, sticky, optional };
}

function readSight(value: unknown, at: string): Sight {
  const fields = objectAt(value, at);
  return {
    seen: oneOfAt(fields["seen"], `${at}.seen`, SIGHTS),
    name: textAt(fields["name"], `${at}.name`),
    ms: numberAt(fields["ms"], `${at}.ms`),
  };
}

function objectAt(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bad(at, "an object");
  }
  return Object.fromEntries(Object.entries(value));
}

function listAt<T>(
  value: unknown,
  at: string,
  read: (each: unknown, at: string) => T,
): readonly T[] {
  if (!Array.isArray(value)) throw bad(at, "a list");
  return value.map((each, index) => read(each, `${at}[${index}]`));
}

/** Text for a person's terminal: control characters are none of it. */
function textAt(value: unknown, at: string): string {
  if (
    typeof value !== "string" || value.length > LONGEST_TEXT || /\p{Cc}/u.test(value)
  ) {
    throw bad(at, `a line of text, at most ${LONGEST_TEXT} characters`);
  }
  return value;
}

function nameAt(value: unknown, at: string): string {
  const name = safeName(textAt(value, at));
  if (name === "") throw bad(at, "a name");
  return name;
}

function numberAt(value: unknown, at: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw bad(at, "a number");
  return value;
}

function booleanAt(value: unknown, at: string): boolean {
  if (typeof value !== "boolean") throw bad(at, "true or false");
  return value;
}

function oneOfAt<Word extends string>(
  value: unknown,
  at: string,
  words: readonly Word[],
): Word {
  const word = words.find((each) => each === value);
  if (word === undefined) throw bad(at, `one of ${words.join(", ")}`);
  return word;
}

function bad(at: string, right: string): TypeError {
  return new TypeError(`${at} is not ${right}`);
}
