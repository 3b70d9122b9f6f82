/**
 * The error of a command line that cannot be understood.
 *
 * @module
 */

/** The command line cannot be understood. Says what was given and what is allowed. */
export class UsageError extends Error {
  /** The class's name. */
  override readonly name = "UsageError";
  /** A stable code. */
  readonly code = "usage";
  /** What to put after `windlass help` to read more. */
  readonly topic: string;

  /** Makes the error, with the help topic that tells what is allowed. */
  constructor(message: string, topic = "") {
    super(message);
    this.topic = topic;
  }
}
