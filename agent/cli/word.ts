/**
 * What a word of the command line is.
 *
 * @module
 */
import type { FlagId } from "./flags.ts";

/** A word of the grammar. */
export interface Word {
  /** What it does: one sentence without full stop. */
  readonly about: string;
  /** The flags that it brings. */
  readonly flags: readonly FlagId[];
  /** Other spellings. */
  readonly aliases?: readonly string[];
}

/** A word that begins a command line and is no source. */
export interface CommandWord extends Word {
  /** The words that must follow, as the usage line shows them. */
  readonly takes: readonly ("SOURCE" | "NAMESPACE/NAME" | "SHELL" | "ACTION")[];
  /** The words that may follow. */
  readonly more?: readonly string[];
  /** Command lines that work. */
  readonly examples: readonly string[];
}
