/**
 * A failure while running that was foreseen: its message says all that a person needs.
 *
 * @module
 */

/** A failure while running whose message says what was being done, what was met, what would be right. */
export class RunError extends Error {
  /** The class's name. */
  override readonly name = "RunError";
  /** A stable code. */
  readonly code = "failed";
}
