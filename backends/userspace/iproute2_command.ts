/**
 * The `ip` command of Linux: how it is called and what it prints. Needs the permission to run `ip`.
 *
 * @module
 */
import { type IpFamily, parseIp } from "../../core/mod.ts";

/** What came of a call of `ip`. */
export interface IpResult {
  /** The exit code, 0 if it did what it was asked. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it complained of. */
  readonly stderr: string;
}

/** Calls `ip`. Rejects if it cannot be called, and when the signal aborts. */
export type RunIp = (
  args: readonly string[],
  options: {
    /** What it reads on standard input. */
    readonly stdin?: string;
    /** Ends it. */
    readonly signal: AbortSignal;
  },
) => Promise<IpResult>;

/** An address on an interface. */
export interface InterfaceAddress {
  /** The interface. */
  readonly device: string;
  /** The address, in canonical text. */
  readonly ip: string;
  /** The family. */
  readonly family: IpFamily;
  /** The length of its prefix. */
  readonly prefix: number;
  /** Whether it was Windlass that put it there. */
  readonly own: boolean;
}

/**
 * The metric by which we know our addresses again after a crash. Of all marks it is the one that
 * both families have and old systems know: a label is for IPv4 alone, and `proto` needs Linux 5.18.
 * The routes of a single address don't compete, so the number is free to be odd: "WNDL".
 */
export const OWN_METRIC = 0x574e444c;

/** The arguments that list all addresses of this machine. */
export const LIST_ADDRESSES: readonly string[] = ["-j", "address", "show"];

/** The arguments that carry out what standard input says, all of it, whatever fails. */
export const BATCH: readonly string[] = ["-force", "-batch", "-"];

/** The arguments that put an address on an interface. */
export function addAddress(ip: string, device: string): readonly string[] {
  // Duplicate detection takes a second or two, in which no socket can be bound to the address.
  const once = ip.includes(":") ? ["nodad"] : [];
  return ["address", "add", hostPrefix(ip), "dev", device, "metric", `${OWN_METRIC}`, ...once];
}

/** The arguments that take an address off an interface. */
export function deleteAddress(ip: string, device: string): readonly string[] {
  return ["address", "del", hostPrefix(ip), "dev", device];
}

/** The arguments that tell whether there is such an interface. */
export function showDevice(device: string): readonly string[] {
  return ["-j", "link", "show", "dev", device];
}

/** The arguments that make an interface which leads nowhere. */
export function addDummy(device: string): readonly string[] {
  return ["link", "add", device, "type", "dummy"];
}

/** The arguments that switch an interface on. */
export function switchOn(device: string): readonly string[] {
  return ["link", "set", "dev", device, "up"];
}

/** Whether the system takes it for an interface's name. */
export function isDeviceName(text: string): boolean {
  // It goes into arguments and batch lines, so it must not pass for anything else there.
  return /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,14}$/.test(text) && text !== "." && text !== "..";
}

/**
 * Reads what {@linkcode LIST_ADDRESSES} prints; `null` if it is not that. What is no IP address is
 * left out.
 */
export function parseAddresses(json: string): readonly InterfaceAddress[] | null {
  let links: unknown;
  try {
    links = JSON.parse(json.trim() || "[]");
  } catch {
    return null; // the caller says what was printed instead
  }
  if (!Array.isArray(links)) return null;
  return links.filter(isObject).flatMap((link) => {
    const device = link["ifname"];
    const addresses = link["addr_info"];
    if (typeof device !== "string" || !Array.isArray(addresses)) return [];
    return addresses.filter(isObject).flatMap((each) => addressOn(device, each));
  });
}

function addressOn(
  device: string,
  { local, prefixlen, metric }: Readonly<Record<string, unknown>>,
): readonly InterfaceAddress[] {
  const ip = typeof local === "string" ? parseIp(local) : null;
  if (ip === null || typeof prefixlen !== "number") return [];
  const { family, text } = ip;
  const own = metric === OWN_METRIC && prefixlen === (family === "IPv4" ? 32 : 128);
  return [{ device, ip: text, family, prefix: prefixlen, own }];
}

function hostPrefix(ip: string): string {
  return `${ip}/${ip.includes(":") ? 128 : 32}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Calls the platform's `ip`. */
export const runPlatformIp: RunIp = async (args, { stdin, signal }) => {
  const child = new Deno.Command("ip", {
    args: [...args],
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    stdin === undefined ? null : write(child.stdin, stdin),
  ]);
  signal.throwIfAborted();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
};

/** Writes it all, unless the reader ends before: then its exit code tells why. */
async function write(into: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = into.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
