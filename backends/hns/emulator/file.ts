/**
 * The emulator's file: three lists of HCN schema-2 documents, exactly as Windows prints them. What
 * nobody changes is kept as it was read.
 *
 * @module
 */

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
  }
  | {
    /** It cannot. */
    readonly ok: false;
    /** Why not, and what would be right. */
    readonly error: string;
  };

/** Reads the text of a file. A list that is missing is empty. */
export function readState(text: string): ReadState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      ok: false,
      error: `it is not JSON: ${error instanceof Error ? error.message : error}`,
    };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, error: `it is not an object with the lists ${LISTS.join(", ")}` };
  }
  const lists = LISTS.map((name): readonly [string, unknown] => [name, Reflect.get(value, name)]);
  const wrong = lists.find(([, list]) => list !== undefined && !isObjects(list));
  if (wrong !== undefined) return { ok: false, error: `${wrong[0]} is not a list of objects` };
  const list = (name: typeof LISTS[number]): readonly unknown[] => {
    const found: unknown = Reflect.get(value, name);
    return Array.isArray(found) ? found : [];
  };
  return {
    ok: true,
    state: {
      Networks: list("Networks"),
      Endpoints: list("Endpoints"),
      LoadBalancers: list("LoadBalancers"),
    },
  };
}

/** The text of a file. */
export function stateText(state: EmulatorState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}

function isObjects(value: unknown): boolean {
  return Array.isArray(value) &&
    value.every((each) => typeof each === "object" && each !== null && !Array.isArray(each));
}
