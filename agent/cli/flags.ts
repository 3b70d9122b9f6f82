/**
 * Every flag of the command line, as data, put together from those of its parts. Which command takes
 * which stands in `words.ts`.
 *
 * @module
 */
import { CLUSTER_FLAGS } from "./cluster_flags.ts";
import { DOCUMENT_FLAGS } from "./document_flags.ts";
import type { Flag, ValuesOf } from "./flag.ts";
import { KPNG_FLAGS } from "./kpng_flags.ts";
import { LOG_FLAGS } from "./log_flags.ts";
import { PROBE_FLAGS } from "./probe_flags.ts";
import { QUESTION_FLAGS } from "./question_flags.ts";
import { RUN_FLAGS } from "./run_flags.ts";
import { SIMULATE_FLAGS } from "./simulate_flags.ts";
import { TOP_FLAGS } from "./top_flags.ts";
import { USERSPACE_FLAGS } from "./userspace_flags.ts";
import { WINKERNEL_FLAGS } from "./winkernel_flags.ts";

/** Every flag, by the name under which commands read its value. */
export const FLAGS = {
  help: {
    kind: "switch",
    name: "help",
    short: "h",
    default: false,
    help: "Explain the command and end",
  },
  ...LOG_FLAGS,
  ...RUN_FLAGS,
  ...CLUSTER_FLAGS,
  ...KPNG_FLAGS,
  ...DOCUMENT_FLAGS,
  ...USERSPACE_FLAGS,
  ...WINKERNEL_FLAGS,
  ...QUESTION_FLAGS,
  ...PROBE_FLAGS,
  ...TOP_FLAGS,
  ...SIMULATE_FLAGS,
} as const satisfies Readonly<Record<string, Flag>>;

/** The name under which commands read a flag's value. */
export type FlagId = keyof typeof FLAGS;

/** The values of all flags; those that a command does not take have their defaults. */
export type FlagValues = ValuesOf<typeof FLAGS>;

/** The flags that every command takes. */
export const COMMON_FLAGS: readonly FlagId[] = ["verbosity", "logFormat", "help"];
