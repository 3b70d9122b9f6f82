/**
 * A small set of readers that check, default and project unknown input in one pass. What is wrong is
 * said with the path of the field; paths are put into words only when something is wrong.
 *
 * @module
 */
import type { Finding, ObjectRef, StringMap } from "./objects.ts";

/** Reads one value at the cursor's place. */
export type Reader<T> = (value: unknown, at: Cursor) => T;

/** Identity and metadata that all kinds share. */
export interface Header {
  readonly ref: ObjectRef;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/** Thrown by {@linkcode Cursor.fail}; carried no further than the object or list entry it spoils. */
class Rejection extends Error {
  readonly finding: Finding;
  constructor(finding: Finding) {
    super(finding.message);
    this.finding = finding;
  }
}

/**
 * Where in an object the reading is, and what was found wrong so far. The place is known only while
 * a reader runs, so the fields of a nested object are read inside the reader of that object.
 */
export class Cursor {
  readonly #path: (string | number)[] = [];
  readonly findings: Finding[] = [];

  /** Reads one field of an object. */
  field<T>(object: Readonly<Record<string, unknown>>, key: string, read: Reader<T>): T {
    this.#path.push(key);
    const value = read(object[key], this);
    this.#path.pop();
    return value;
  }

  /** Reads one entry of a list. */
  item<T>(index: number, value: unknown, read: Reader<T>): T {
    this.#path.push(index);
    const result = read(value, this);
    this.#path.pop();
    return result;
  }

  /** Runs a reading; if it is rejected, keeps the finding and answers `null`. */
  attempt<T>(reading: () => T): T | null {
    const depth = this.#path.length;
    try {
      return reading();
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      this.#path.length = depth;
      this.findings.push(error.finding);
      return null;
    }
  }

  /** Keeps a finding about the current place and goes on. */
  note(message: string): void {
    this.findings.push({ path: this.#text(), message });
  }

  /** Rejects what is being read, because of the current place. */
  fail(message: string): never {
    throw new Rejection({ path: this.#text(), message });
  }

  #text(): string {
    let text = "";
    for (const part of this.#path) {
      if (typeof part === "number") text += `[${part}]`;
      else if (/^[A-Za-z_]\w*$/.test(part)) text += text === "" ? part : `.${part}`;
      else text += `[${JSON.stringify(part)}]`;
    }
    return text;
  }
}

/** Writes a value into a message: JSON, shortened. */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  let text: string;
  try {
    text = typeof value === "bigint" ? `${value}` : JSON.stringify(value) ?? String(value);
  } catch {
    text = "a value that cannot be printed"; // a cycle, say, as YAML's anchors can make it
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What to say of a value that is not what belongs in its place: another one, or none at all. */
function isNot(value: unknown, what: string): string {
  return value === undefined
    ? `it is missing; ${what} belongs here`
    : `${quote(value)} is not ${what}`;
}

/** A JSON object. */
export const object: Reader<Readonly<Record<string, unknown>>> = (value, at) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return at.fail(isNot(value, "an object"));
  }
  return value as Readonly<Record<string, unknown>>;
};

/** A text. */
export const text: Reader<string> = (value, at) =>
  typeof value === "string" ? value : at.fail(isNot(value, "a text"));

/** `true` or `false`. */
export const flag: Reader<boolean> = (value, at) =>
  typeof value === "boolean" ? value : at.fail(isNot(value, "true or false"));

/** A port, 1 to 65535. */
export const port: Reader<number> = whole("port", 1, 65535);

/** A whole number within limits; `what` names it in the message. */
export function whole(what: string, min: number, max: number): Reader<number> {
  return (value, at) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    return typeof value === "number"
      ? at.fail(`${value} is not a ${what} (${min} to ${max})`)
      : at.fail(isNot(value, `a whole number (${min} to ${max})`));
  };
}

/** One of a fixed set of texts; the empty one, where it is allowed, is not recommended. */
export function oneOf<const T extends string>(allowed: readonly T[]): Reader<T> {
  return (value, at) =>
    allowed.find((each) => each === value) ??
      at.fail(isNot(value, `one of ${allowed.filter((each) => each !== "").join(", ")}`));
}

/** The reader's value, or the default where the field is absent or null. */
export function optional<T>(read: Reader<T>, otherwise: T): Reader<T> {
  return (value, at) => value === undefined || value === null ? otherwise : read(value, at);
}

/** A list of which every entry must be right; absent or null is empty. */
export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return at.fail(isNot(value, "a list"));
    return value.map((entry: unknown, index) => at.item(index, entry, read));
  };
}

/** A list whose bad entries are left out, each with a finding; absent or null is empty. */
export function lenientList<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return at.fail(isNot(value, "a list"));
    const entries: T[] = [];
    value.forEach((entry: unknown, index) => {
      const read1 = at.attempt(() => at.item(index, entry, read));
      if (read1 !== null) entries.push(read1);
    });
    return entries;
  };
}

/** An object whose values are texts: labels, annotations; absent or null is empty. */
export const textMap: Reader<StringMap> = (value, at) => {
  if (value === undefined || value === null) return NO_TEXTS;
  const map = object(value, at);
  for (const key in map) at.field(map, key, text);
  return map as StringMap; // every value was just checked
};

const NO_TEXTS: StringMap = Object.freeze({});
