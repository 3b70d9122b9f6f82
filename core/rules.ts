/**
 * Rules as data: an ordered table of named rules, the first match wins, and the decision keeps the
 * name of the rule that made it. `explain`, the docs and the tests read the same tables.
 *
 * @module
 */

/** One row of a rule table. */
export interface Rule<Input, Name extends string = string, Result = unknown> {
  /** The stable, hyphenated name that decisions carry. */
  readonly name: Name;
  /** What the rule means, in words, for `explain` and the generated docs. */
  readonly why: string;
  /** Whether the rule decides this input. Pure. */
  readonly when: (input: Input) => boolean;
  /** The decision. */
  readonly then: Result;
}

/** A decision together with the name of the rule that made it. */
export interface Decision<Name extends string, Result> {
  /** The name of the rule that decided. */
  readonly rule: Name;
  /** What it decided. */
  readonly value: Result;
}

/**
 * Finds the first rule that holds for the input and answers with its decision.
 *
 * @throws {TypeError} If no rule holds: the last row of a table must hold always.
 */
export function decide<Input, Name extends string, Result>(
  table: readonly Rule<Input, Name, Result>[],
  input: Input,
): Decision<Name, Result> {
  const row = firstMatch(table, input);
  return { rule: row.name, value: row.then };
}

/** Like {@linkcode decide}, but answers with the row itself, for hot code that must not allocate. */
export function firstMatch<Input, Name extends string, Result>(
  table: readonly Rule<Input, Name, Result>[],
  input: Input,
): Rule<Input, Name, Result> {
  for (const row of table) {
    if (row.when(input)) return row;
  }
  const names = table.map((row) => row.name).join(", ");
  throw new TypeError(`Cannot decide: no rule of [${names}] holds; the last row must hold always`);
}

/** Marks a `switch` as complete: a new kind does not compile until every place has answered. */
export function unreachable(value: never): never {
  throw new TypeError(`Cannot happen: ${JSON.stringify(value)} is no known kind`);
}
