/**
 * A log whose warnings and errors become news in the picture: there is no room for log lines beside
 * it.
 *
 * @module
 */
import type { LogFields, Logger } from "../../core/mod.ts";
import { errorText } from "./net_errors.ts";

/** Writes warnings and errors as notes; everything else is dropped. */
export function noteLog(notes: { note(text: string): void }): Logger {
  const write = (message: string, fields: LogFields = {}): void => {
    const parts = Object.entries(fields).map(([name, value]) => `${name}=${errorText(value)}`);
    notes.note(["agent:", message, ...parts].join(" "));
  };
  return { v: () => null, info: () => {}, warn: write, error: write };
}
