/**
 * What every command gets, and the few things that they share.
 *
 * @module
 */
import type { FlagValues } from "../cli/flags.ts";
import type { Form } from "../cli/resolve.ts";
import { UsageError } from "../cli/usage_error.ts";
import type { Io } from "../io.ts";
import { createLog, type Log } from "../log/log.ts";

/** What a command gets: the command line, understood, and the world. */
export interface CommandContext {
  /** What the words ask for. */
  readonly form: Form;
  /** The values of the flags. */
  readonly flags: FlagValues;
  /** The world. */
  readonly io: Io;
  /**
   * The program's name in the names of log files.
   *
   * @default {"windlass"}
   */
  readonly program?: string;
}

/** A command. It answers with the exit code. */
export type Command = (context: CommandContext) => Promise<number>;

/**
 * The log of a command, on standard error: as kube-proxy writes it where the command goes on and on,
 * plain where a person waits for the result.
 */
export function openLog({ flags, io }: CommandContext, text: "klog" | "plain"): Log {
  return createLog({
    verbosity: flags.verbosity,
    format: flags.logFormat === "json" ? "json" : text,
    write: (line) => io.stderr.write(line),
    now: () => io.now(),
  });
}

/**
 * The node to act for: `--node-name`, else `--hostname-override`, else the host name; in lower case,
 * as Kubernetes wants it and Windows often does not give it.
 */
export function nodeNameOf({ flags, form, io }: CommandContext): string {
  for (
    const [flag, given] of [
      ["--node-name", flags.nodeName],
      ["--hostname-override", flags.hostnameOverride],
    ] as const
  ) {
    if (given === null) continue;
    const name = given.trim().toLowerCase();
    if (name === "") {
      throw new UsageError(
        `Cannot read flag ${flag}: "${given}" is empty; give the node's name`,
        form.name,
      );
    }
    return name;
  }
  return io.hostname().trim().toLowerCase();
}
