/**
 * The event log of Windows (Event Viewer, Application): where a service that has failed tells why,
 * because nobody sees its standard error.
 *
 * @module
 */
import type { Advapi32 } from "./advapi32.ts";
import { addressOfBytes, structure, wide } from "./memory.ts";

const ERROR_TYPE = 1;
/** An event of the program's own with no number to tell it from others. */
const EVENT = 1;
/** Windows takes no more than 31,839 characters. */
const MOST = 30_000;

/**
 * Writes an error to the event log under the service's name. Whether Windows took it cannot be told
 * to anybody, so it is not asked.
 */
export function tellEventLog({ symbols }: Advapi32, service: string, text: string): void {
  const source = symbols.RegisterEventSourceW(null, wide(service));
  if (source === null) return;
  const message = wide(text.slice(-MOST));
  const texts = structure(8, [[0, addressOfBytes(message)]]);
  symbols.ReportEventW(source, ERROR_TYPE, 0, EVENT, null, 1, 0, texts, null);
  symbols.DeregisterEventSource(source);
}
