/**
 * Which addresses are ours, on disk: after a crash the next run takes exactly these off again. Windows
 * has no mark of its own that an address could bear, as the metric is one on Linux. A restart of
 * the system takes the addresses away by itself.
 *
 * Needs the permissions to read and write the file and its folder.
 *
 * @module
 */
import { dirname } from "node:path";
import { parseIp } from "../../../core/mod.ts";
import { messageOf } from "../sockets.ts";

/** Our addresses, by the name of the interface that they are on. */
export type OwnAddresses = ReadonlyMap<string, ReadonlySet<string>>;

/** Remembers our addresses. */
export interface Journal {
  /** What the last run has left. Empty if there was none. Rejects if it cannot be read. */
  read(): Promise<OwnAddresses>;
  /** Remembers these, and forgets all others. Rejects if it cannot be written. */
  write(own: OwnAddresses): Promise<void>;
}

/** A journal in a file, which is there only while there are addresses. */
export function fileJournal(path: string): Journal {
  return {
    async read() {
      try {
        return parse(await Deno.readTextFile(path));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return new Map();
        throw new Error(`Cannot read the journal of service addresses "${path}": ${say(error)}`, {
          cause: error,
        });
      }
    },
    async write(own) {
      try {
        if ([...own.values()].every((ips) => ips.size === 0)) return await removeFile(path);
        await Deno.mkdir(dirname(path), { recursive: true });
        await Deno.writeTextFile(`${path}.new`, textOf(own));
        await Deno.rename(`${path}.new`, path); // at once, so that a crash leaves the old or the new
      } catch (error) {
        throw new Error(`Cannot write the journal of service addresses "${path}": ${say(error)}`, {
          cause: error,
        });
      }
    },
  };
}

async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function textOf(own: OwnAddresses): string {
  const interfaces = Array.from(own, ([name, ips]) => ({ name, addresses: [...ips] }));
  return `${JSON.stringify({ interfaces }, null, 1)}\n`;
}

/** What is no address is left out; a file that is no journal at all is an error. */
function parse(text: string): OwnAddresses {
  const data: unknown = JSON.parse(text);
  const interfaces = field(data, "interfaces");
  if (!Array.isArray(interfaces)) throw new Error('it has no list "interfaces"');
  return new Map(interfaces.map((each: unknown) => {
    const addresses = field(each, "addresses");
    const texts: readonly unknown[] = Array.isArray(addresses) ? addresses : [];
    const ips = texts.flatMap((ip) => typeof ip === "string" ? parseIp(ip)?.text ?? [] : []);
    return [String(field(each, "name")), new Set(ips)];
  }));
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function say(error: unknown): string {
  return `${messageOf(error)}; it is to be a file that this program may read and write`;
}
