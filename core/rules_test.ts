/**
 * Deciding by a table, and what every table of the pipeline must keep to.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as endpointRules from "./endpoint_rules.ts";
import * as routeRules from "./route_rules.ts";
import { decide, firstMatch, type Rule, unreachable } from "./rules.ts";
import { RULE_TABLES } from "./rules_doc.ts";
import * as serviceRules from "./service_rules.ts";

const SIZES = [
  { name: "small", why: "under ten", when: (n) => n < 10, then: 1 },
  { name: "even", why: "two divides it", when: (n) => n % 2 === 0, then: 2 },
  { name: "other", why: "nothing else is left", when: () => true, then: 3 },
] as const satisfies readonly Rule<number>[];

Deno.test.each([
  { input: 4, rule: "small", value: 1 },
  { input: 12, rule: "even", value: 2 },
  { input: 13, rule: "other", value: 3 },
])("decide() picks the first rule that holds: $input is $rule", ({ input, ...decision }) => {
  assert.deepEqual(decide(SIZES, input), decision);
});

Deno.test("firstMatch() gives the row itself", () => {
  assert.equal(firstMatch(SIZES, 12), SIZES[1]);
});

Deno.test("an incomplete table is a fault that names its rules", () => {
  const says = /no rule of \[small, even\] holds; the last row must hold always/;
  assert.throws(() => decide(SIZES.slice(0, 2), 13), { name: "TypeError", message: says });
  assert.throws(() => firstMatch([], 13), { name: "TypeError", message: /no rule of \[\] holds/ });
});

Deno.test("unreachable() tells the value that nobody knows", () => {
  assert.throws(() => unreachable({ type: "new" } as never), /{"type":"new"} is no known kind/);
});

const TABLES = Object.entries({ ...serviceRules, ...endpointRules, ...routeRules })
  .flatMap(([name, table]) => Array.isArray(table) ? [{ name, table }] : []);

Deno.test("every table of the rule modules is in the documentation, once", () => {
  assert.equal(TABLES.length, 13);
  for (const { name, table } of TABLES) {
    assert.equal(RULE_TABLES.filter(({ rules }) => rules === table).length, 1, name);
  }
  assert.equal(RULE_TABLES.length, TABLES.length);
});

Deno.test.each(TABLES)("$name: names are unique, reasons are given", ({ table }) => {
  const names = table.map((rule) => rule.name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, why } of table) {
    assert.match(name, /^([a-z]+(-[a-z]+)*)?$/);
    assert.match(why, /^\w.*[^.]$/, "a phrase, without a full stop");
  }
});

Deno.test.each(TABLES)("$name: the last row holds always", ({ table }) => {
  assert.equal(table.at(-1)?.when(undefined as never), true, "it does not even look at its input");
});
