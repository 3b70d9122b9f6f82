/**
 * The exit codes of every command.
 *
 * @module
 */

/** The exit codes of every command. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** Failed while running. */
  failed: 1,
  /** Bad usage or bad input. */
  usage: 2,
  /** With `--once`: done, but something is still waited for. */
  incomplete: 3,
  /** Ended by SIGINT. */
  interrupted: 130,
} as const;

/** An exit code. */
export type ExitCode = typeof EXIT[keyof typeof EXIT];
