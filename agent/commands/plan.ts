/**
 * `windlass plan`: prints the operations that a backend would carry out, and does nothing.
 *
 * @module
 */
import { type Backend, type Op, printBackend, userspaceBackend } from "../../backends/mod.ts";
import { textTable } from "../cli/table.ts";
import { type Change, unreachable } from "../../core/mod.ts";
import { EXIT } from "../exit_code.ts";
import type { CommandContext } from "./command.ts";
import { dataText } from "./print.ts";
import { readOnce } from "./read_once.ts";
import { userspaceOptions } from "./userspace_options.ts";

/** Runs `windlass plan`. */
export async function run(context: CommandContext): Promise<number> {
  const { flags, io } = context;
  const { changes } = await readOnce(context);
  const ops = opsOf(flags, changes);
  io.stdout.write(
    flags.outputTextJsonYaml === "text"
      ? planText(ops)
      : dataText({ backend: flags.backend, ops }, flags.outputTextJsonYaml),
  );
  return EXIT.done;
}

function opsOf(flags: CommandContext["flags"], changes: readonly Change[]): readonly Op[] {
  switch (flags.backend) {
    case "userspace":
      return planFromNothing(userspaceBackend(userspaceOptions(flags)), changes);
    case "print":
      return planFromNothing(printBackend({ write: () => {} }), changes);
    default:
      return unreachable(flags.backend);
  }
}

/** Planning is pure, so the backend that is made for it holds nothing and need not be closed. */
function planFromNothing<O extends Op, State>(
  backend: Backend<O, State>,
  changes: readonly Change[],
): readonly O[] {
  return backend.plan(changes, backend.initial).ops;
}

function planText(ops: readonly Op[]): string {
  if (ops.length === 0) return "Nothing to do\n";
  const rows = ops.map(({ op, key, because }) => [op, key, because]);
  return `${textTable([["OPERATION", "KEY", "BECAUSE"], ...rows]).join("\n")}\n`;
}
