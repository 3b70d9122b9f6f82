/**
 * A YAML or JSON document as a tree in which every value knows its line, so that a message about a
 * field can name the place. All keys are kept, doubled ones too.
 *
 * @module
 */
import {
  CORE_SCHEMA,
  type Event,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from "js-yaml";

/** A value with its place. */
export type TreeNode =
  | {
    /** A single value. */
    readonly kind: "scalar";
    /** Its line, from 1. */
    readonly line: number;
    /** Its text. */
    readonly text: string;
    /** Whether it stands without quotes, so that it may be a number, true, false or null. */
    readonly plain: boolean;
    /** What a plain text means in YAML 1.2; else the text. */
    readonly value: unknown;
  }
  | {
    /** A list. */
    readonly kind: "list";
    /** Its line, from 1. */
    readonly line: number;
    /** The values. */
    readonly items: readonly TreeNode[];
  }
  | {
    /** A map. */
    readonly kind: "map";
    /** Its line, from 1. */
    readonly line: number;
    /** The keys with their values, in order. */
    readonly entries: readonly TreeEntry[];
  };

/** A key with its value. */
export interface TreeEntry {
  /** The key. */
  readonly key: string;
  /** The line of the key, from 1. */
  readonly line: number;
  /** The value. */
  readonly node: TreeNode;
}

/** A tree, or why there is none. */
export type ParsedTree =
  | {
    /** There is one. */
    readonly ok: true;
    /** The tree; `null` for a text without a value. */
    readonly root: TreeNode | null;
  }
  | {
    /** There is none. */
    readonly ok: false;
    /** Why. */
    readonly why: string;
    /** In which line, from 1; `null` where that cannot be told. */
    readonly line: number | null;
  };

/** Reads a text as one YAML or JSON document. */
export function parseTree(text: string): ParsedTree {
  try {
    const events = parseEvents(text, {});
    const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
    if (documents > 1) {
      return { ok: false, why: `it has ${documents} documents, where one is right`, line: null };
    }
    return { ok: true, root: new TreeBuilder(text, events).build() };
  } catch (error) {
    if (error instanceof Unsupported) return { ok: false, why: error.message, line: error.line };
    if (!(error instanceof YAMLException)) throw error;
    return { ok: false, why: error.reason, line: error.mark ? error.mark.line + 1 : null };
  }
}

/** Something that YAML has and a configuration needs not. */
class Unsupported extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

class TreeBuilder {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #lineStarts: readonly number[];
  #at = 0;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
    this.#lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((m) => m.index + m[0].length)];
  }

  build(): TreeNode | null {
    if (this.#events[0]?.type !== EVENT_ID.DOCUMENT) return null;
    this.#at = 1;
    return this.#atEnd() ? null : this.#node();
  }

  #atEnd(): boolean {
    const type = this.#events[this.#at]?.type;
    return type === undefined || type === EVENT_ID.POP;
  }

  #node(): TreeNode {
    const event = this.#events[this.#at++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#scalar(event);
      case EVENT_ID.SEQUENCE: {
        const items: TreeNode[] = [];
        while (!this.#atEnd()) items.push(this.#node());
        this.#at++;
        return { kind: "list", line: this.#lineAt(event.start), items };
      }
      case EVENT_ID.MAPPING: {
        const entries: TreeEntry[] = [];
        while (!this.#atEnd()) entries.push(this.#entry());
        this.#at++;
        return { kind: "map", line: this.#lineAt(event.start), entries };
      }
      case EVENT_ID.ALIAS: {
        const line = this.#lineAt(event.anchorStart);
        throw new Unsupported("an alias (*) is not read here; write the value out", line);
      }
      default:
        throw new TypeError("The YAML parser has left out a value");
    }
  }

  #entry(): TreeEntry {
    const key = this.#node();
    if (key.kind !== "scalar") throw new Unsupported("a key must be a text", key.line);
    return { key: key.text, line: key.line, node: this.#node() };
  }

  #scalar(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): TreeNode {
    const text = getScalarValue(this.#text, event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const value = plain ? CORE_SCHEMA.resolveImplicitScalarTag(text).value : text;
    return { kind: "scalar", line: this.#lineAt(event.valueStart), text, plain, value };
  }

  #lineAt(offset: number): number {
    const after = this.#lineStarts.findIndex((start) => start > offset);
    return after < 0 ? this.#lineStarts.length : after;
  }
}
