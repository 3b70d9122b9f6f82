/**
 * Reads the present state once, for the commands that only tell what would be done.
 *
 * @module
 */
import {
  type Change,
  type PipelineEvent,
  type PipelineState,
  startPipeline,
  stepPipeline,
} from "../../core/mod.ts";
import { dropWarnings } from "../dropped.ts";
import { logReport } from "../feed.ts";
import { Interrupted } from "../interrupted.ts";
import type { Io } from "../io.ts";
import type { Source } from "../../proto/mod.ts";
import { type CommandContext, nodeNameOf, openLog } from "./command.ts";
import { openChosenSource, openSource } from "./sources.ts";

/** The present state, and all of it as changes from nothing. */
export interface PresentState {
  /** Where the pipeline stands. */
  readonly state: PipelineState;
  /** What the node would have to do, from nothing. */
  readonly changes: readonly Change[];
}

/**
 * Reads the present state. What is wrong with the input goes to standard error.
 *
 * @throws {Interrupted} If a signal asks the program to end before the state is read.
 */
export async function readOnce(context: CommandContext): Promise<PresentState> {
  const nodeName = nodeNameOf(context);
  using log = openLog(context, "plain");
  const needs = { once: true, nodeName };
  const source: Source<PipelineEvent> = context.form.run === "explain"
    ? openChosenSource(context, needs) // a view from elsewhere does not tell why
    : openSource(context, needs);
  const events: PipelineEvent[] = [];
  await untilStopped(context.io, (signal) =>
    source.run({
      events: (batch) => {
        for (const event of batch) events.push(event);
      },
      report: (report) => logReport(report, log),
    }, signal));
  const { state, changes } = stepPipeline(startPipeline(nodeName), events);
  for (const warning of dropWarnings(changes)) log.warn(warning);
  return { state, changes };
}

/** Waits for the reading, but no longer than until a signal asks the program to end. */
async function untilStopped(
  io: Pick<Io, "onStopSignal">,
  read: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  const interrupted = Promise.withResolvers<never>();
  const unlisten = io.onStopSignal((signal) => {
    abort.abort();
    interrupted.reject(new Interrupted(signal));
  });
  try {
    await Promise.race([interrupted.promise, read(abort.signal)]);
  } finally {
    unlisten();
  }
}
