/**
 * `windlass plan`: prints the operations that a backend would carry out, and does nothing.
 *
 * @module
 */
import {
  type Backend,
  type Op,
  printBackend,
  userspaceBackend,
  type Wait,
} from "../../backends/mod.ts";
import { textTable } from "../cli/table.ts";
import { type Change, unreachable } from "../../core/mod.ts";
import { EXIT } from "../exit_code.ts";
import { type CommandContext, openLog } from "./command.ts";
import { dataText } from "./print.ts";
import { readOnce } from "./read_once.ts";
import { remarkLines, type SplitPlan, splitRemarks } from "./remarks.ts";
import { userspaceOptions } from "./userspace_options.ts";
import { planWinkernel } from "./winkernel.ts";

/** Runs `windlass plan`. */
export async function run(context: CommandContext): Promise<number> {
  const { flags, io } = context;
  const { changes } = await readOnce(context);
  const { ops: planned, waits } = await planOf(context, changes);
  const { ops, remarks } = splitRemarks(planned);
  const data = {
    backend: flags.backend,
    ops,
    ...(remarks.length === 0 ? {} : { remarks }),
    ...(waits.length === 0 ? {} : { waits }),
  };
  io.stdout.write(
    flags.outputTextJsonYaml === "text"
      ? planText({ ops, remarks }, waits)
      : dataText(data, flags.outputTextJsonYaml),
  );
  return EXIT.done;
}

interface Planned {
  readonly ops: readonly Op[];
  readonly waits: readonly Wait[];
}

async function planOf(context: CommandContext, changes: readonly Change[]): Promise<Planned> {
  const { flags } = context;
  switch (flags.backend) {
    case "winkernel": {
      using log = openLog(context, "plain");
      return await planWinkernel(context, changes, log);
    }
    case "userspace":
      return planFromNothing(
        userspaceBackend({
          ...userspaceOptions(flags),
          hostAddresses: () => context.io.addresses(),
        }),
        changes,
      );
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
): Planned {
  return { ops: backend.plan(changes, backend.initial).ops, waits: [] };
}

function planText({ ops, remarks }: SplitPlan, waits: readonly Wait[]): string {
  const rows = ops.map(({ op, key, because }) => [op, key, because]);
  const lines = [
    ...(rows.length === 0
      ? ["Nothing to do"]
      : textTable([["OPERATION", "KEY", "BECAUSE"], ...rows])),
    ...remarkLines(remarks),
    ...waits.map(({ what }) => `Waiting for ${what}`),
  ];
  return `${lines.join("\n")}\n`;
}
