/**
 * `windlass simulate`: a cluster on this machine, with the real API protocol and real sockets, and
 * the real agent proxying real connections while the cluster changes. Needs `net` on 127.0.0.0/8.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { UsageError } from "../cli/usage_error.ts";
import { EXIT } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { checkOptions, type SimulateOptions } from "./options.ts";
import { paintLine, type Span } from "./paint.ts";
import { storiesOf } from "./scenario_names.ts";
import { lineShow, NO_SHOW, pictureShow, type Show } from "./show.ts";
import { type Outcome, runSimulation, type SimulationSetup } from "./simulation.ts";
import { failureLines, summaryLines } from "./summary.ts";
import { reportOf } from "./tally.ts";

export { DEFAULT_OPTIONS, LIMITS, MOST_PODS, type SimulateOptions } from "./options.ts";
export {
  type ScenarioChoice,
  SCENARIOS,
  STORIES,
  type Story,
  STORY_LINES,
} from "./scenario_names.ts";

/** The parts of the world that a simulation uses. */
export type SimulateIo = Pick<Io, "stdout" | "stderr" | "env">;

/**
 * Runs a simulation, shows it, and prints what it found.
 *
 * @returns The exit code: 0 if nothing went wrong, 1 if something did, 130 if it was ended early and
 * nothing had gone wrong.
 * @throws {UsageError} If the options cannot be simulated.
 * @throws {RunError} If the machine cannot simulate.
 */
export async function simulate(
  options: SimulateOptions,
  io: SimulateIo,
  signal: AbortSignal,
): Promise<number> {
  const check = checkOptions(options);
  if (!check.ok) throw new UsageError(check.why, "simulate");
  const color = io.stdout.isTerminal && (io.env("NO_COLOR") ?? "") === "";
  const stories = storiesOf(check.scenario);
  const outcome = await shown({ options, stories, signal }, io, color);
  const print = (line: readonly Span[]): string =>
    paintLine(line, { columns: Infinity, color }) + "\n";
  const total = outcome.tally.total();
  switch (options.output) {
    case "json":
      io.stdout.write(`${JSON.stringify(reportOf(outcome.tally), null, 2)}\n`);
      io.stderr.write(failureLines(outcome.tally.failures, total).map(print).join(""));
      break;
    case "text":
      io.stdout.write(summaryLines({ options, outcome, total }).map(print).join(""));
      break;
    default:
      return unreachable(options.output);
  }
  if (!total.clean) return EXIT.failed;
  return outcome.interrupted ? EXIT.interrupted : EXIT.done;
}

/** Runs it on a show that is over when this is. */
async function shown(
  setup: Omit<SimulationSetup, "show">,
  io: SimulateIo,
  color: boolean,
): Promise<Outcome> {
  using show = showOn(setup.options.output, io, color);
  // At once, not when the last reply is in: a second signal may end the process before.
  const end = (): void => show[Symbol.dispose]();
  setup.signal.addEventListener("abort", end, { once: true });
  try {
    return await runSimulation({ ...setup, show });
  } finally {
    setup.signal.removeEventListener("abort", end);
  }
}

function showOn(output: SimulateOptions["output"], { stdout }: SimulateIo, color: boolean): Show {
  if (output === "json") return NO_SHOW;
  return stdout.isTerminal ? pictureShow(stdout, color) : lineShow(stdout);
}
