/**
 * The print backend: makes nothing real, and tells each change of the view in one line.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import type { ApplyResult, Backend, Op, Plan } from "../backend.ts";
import { changeLine, describeChange, type ServicePortChange } from "./describe.ts";

/** Prints one line. */
export interface PrintOp extends Op {
  /** The verb. */
  readonly op: "print";
  /** What the line tells. */
  readonly change: ServicePortChange;
}

/** How many lines were planned. Each has a key of its own, so that none replaces another. */
export type PrintState = number;

/** The forms in which changes are printed. */
export const PRINT_FORMATS = ["text", "json"] as const;

/** A form in which changes are printed. */
export type PrintFormat = typeof PRINT_FORMATS[number];

/** Where and how to print. */
export interface PrintOptions {
  /** Writes one line; the line end is its business. */
  readonly write: (line: string) => void | Promise<void>;
  /**
   * A line of text, or of JSON, for each change.
   *
   * @default {"text"}
   */
  readonly format?: PrintFormat;
}

/** Makes a print backend. */
export function printBackend(options: PrintOptions): Backend<PrintOp, PrintState> {
  const { write, format = "text" } = options;
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: "print",
    initial: 0,
    plan: planLines,
    apply(op) {
      // Lines come out whole and in the order of the operations, however slow the writer is.
      const result = last.then(() => writeLine(op, format, write));
      last = result;
      return result;
    },
    async close() {
      await last;
    },
  };
}

function planLines(
  changes: Parameters<Backend<PrintOp, PrintState>["plan"]>[0],
  state: PrintState,
): Plan<PrintOp, PrintState> {
  const ops = changes.map((change, index): PrintOp => ({
    op: "print",
    key: `line/${state + index + 1}`,
    after: [],
    because: `${change.type} ${change.key}`,
    change: describeChange(change),
  }));
  return { ops, state: state + ops.length };
}

async function writeLine(
  op: PrintOp,
  format: PrintFormat,
  write: PrintOptions["write"],
): Promise<ApplyResult> {
  try {
    await write(lineOf(op, format));
    return { ok: true };
  } catch (cause) {
    const met = cause instanceof Error ? cause.message : String(cause);
    return {
      ok: false,
      error: `Cannot print the change of ${op.change.name}: "${met}"; the line is lost`,
      retry: false,
    };
  }
}

function lineOf(op: PrintOp, format: PrintFormat): string {
  switch (format) {
    case "text":
      return changeLine(op.change);
    case "json":
      return JSON.stringify(op.change);
    default:
      return unreachable(format);
  }
}
