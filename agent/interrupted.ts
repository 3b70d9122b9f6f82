/**
 * The end of a command that a signal cut short before it had its result.
 *
 * @module
 */
import type { StopSignal } from "./io.ts";

/** A signal has asked the program to end before the command had its result. */
export class Interrupted extends Error {
  /** The class's name. */
  override readonly name = "Interrupted";
  /** The signal. */
  readonly signal: StopSignal;

  /** Makes the error; `signal` is the one that came. */
  constructor(signal: StopSignal) {
    super(`Ended by ${signal} before there was a result`);
    this.signal = signal;
  }
}
