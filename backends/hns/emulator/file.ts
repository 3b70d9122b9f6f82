/**
 * The emulator's file: three lists of HCN schema-2 documents, exactly as Windows prints them. What
 * nobody changes is kept as it was read.
 *
 * @module
 */
import { field } from "../read_documents.ts";

/** What is in the file. */
export interface EmulatorState {
  /** The networks. */
  readonly Networks: readonly unknown[];
  /** The endpoints. */
  readonly Endpoints: readonly unknown[];
  /** The load balancers. */
  readonly LoadBalancers: readonly unknown[];
}

/** Nothing. */
export const EMPTY_STATE: EmulatorState = { Networks: [], Endpoints: [], LoadBalancers: [] };

const LISTS = ["Networks", "Endpoints", "LoadBalancers"] as const;

/** What was read from a file's text. */
export type ReadState =
  | {
    /** It can be used. */
    readonly ok: true;
    /** What is in it. */
    readonly state: EmulatorState;
    /** What else is in it, which nobody reads and which stays there. */
    readonly rest: Readonly<Record<string, unknown>>;
  }
  | {
    /** It cannot. */
    readonly ok: false;
    /** Why not, and what would be right. */
    readonly error: string;
  };

/**
 * Reads the text of a file. A list that is missing is empty, and so is one that is `null`, as Go
 * writes an empty one; a file without text has nothing. Names of lists come in any letter case.
 */
export function readState(text: string): ReadState {
  let value: unknown = {};
  try {
    if (text.trim() !== "") value = JSON.parse(text);
  } catch (error) {
    return {
      ok: false,
      error: `it is not JSON: ${error instanceof Error ? error.message : error}`,
    };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, error: `it is not an object with the lists ${LISTS.join(", ")}` };
  }
  const lists = LISTS.map((name): readonly [string, unknown] => [name, field(value, name) ?? []]);
  const wrong = lists.find(([, list]) => !isObjects(list));
  if (wrong !== undefined) return { ok: false, error: `${wrong[0]} is not a list of objects` };
  const list = (name: typeof LISTS[number]): readonly unknown[] => {
    const found = field(value, name);
    return Array.isArray(found) ? found : [];
  };
  const names = new Set<string>(LISTS.map((name) => name.toLowerCase()));
  return {
    ok: true,
    state: {
      Networks: list("Networks"),
      Endpoints: list("Endpoints"),
      LoadBalancers: list("LoadBalancers"),
    },
    rest: Object.fromEntries(
      Object.entries(value).filter(([name]) => !names.has(name.toLowerCase())),
    ),
  };
}

/**
 * The text of a file.
 *
 * @param rest What else was in it when it was read.
 */
export function stateText(
  state: EmulatorState,
  rest: Readonly<Record<string, unknown>> = {},
): string {
  return `${JSON.stringify({ ...rest, ...state }, null, 2)}\n`;
}

function isObjects(value: unknown): boolean {
  return Array.isArray(value) &&
    value.every((each) => typeof each === "object" && each !== null && !Array.isArray(each));
}
