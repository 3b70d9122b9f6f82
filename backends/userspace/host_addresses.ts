/**
 * What must be known of the node's own addresses. They are asked for only if something hangs on them:
 * it takes the permission to list the network interfaces.
 *
 * @module
 */
import {
  cidrContains,
  type Ip,
  type IpFamily,
  type Logger,
  parseCidr,
  parseIp,
} from "../../core/mod.ts";
import { messageOf } from "./sockets.ts";

/** Whether the node has an address in a range, given as CIDR. */
export type HasAddressIn = (cidr: string) => boolean;

/** The addresses of this machine's interfaces. */
export function interfaceAddresses(): readonly string[] {
  return Deno.networkInterfaces().map((each) => each.address);
}

/** What the planner asks of the node's addresses. */
export interface HostAddresses {
  /** Whether the node has an address in a range. */
  readonly hasAddressIn: HasAddressIn;
  /** Its addresses of a family, each as a CIDR that holds nothing else. */
  readonly ownRanges: (family: IpFamily) => readonly string[];
}

/** The range that holds nothing but an address. */
export function hostRange(ip: string): string {
  return `${ip}/${ip.includes(":") ? 128 : 32}`;
}

/** Lists the node's addresses, each once and sorted; `null` where they may not be listed. */
export type ListAddresses = () => readonly Ip[] | null;

/** Lists the node's addresses as they are; where they may not be listed, that is said once. */
export function addressLister(
  hostAddresses: () => readonly string[],
  log: Logger,
): ListAddresses {
  let isAllowed = true;
  return () => {
    if (!isAllowed) return null;
    try {
      const ips = new Map<string, Ip>();
      for (const ip of hostAddresses().map(parseIp)) if (ip !== null) ips.set(ip.text, ip);
      return [...ips.values()].sort((a, b) => a.text < b.text ? -1 : 1);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      isAllowed = false;
      log.warn("Cannot list the node's addresses, so its own clients are taken for others", {
        error: messageOf(error),
        instead: "allow it with --allow-sys=networkInterfaces",
      });
      return null;
    }
  };
}

/** What the addresses of a node say, which are listed once. */
export function knownAddresses(list: ListAddresses): HostAddresses {
  let known: readonly Ip[] | null = null;
  const own = () => known ??= list() ?? [];
  const answers = new Map<string, boolean>();
  const ranges = new Map<IpFamily, readonly string[]>();
  return {
    hasAddressIn(text) {
      const answer = answers.get(text) ?? isOneIn(text, own());
      answers.set(text, answer);
      return answer;
    },
    ownRanges(family) {
      const answer = ranges.get(family) ?? rangesOf(family, own());
      ranges.set(family, answer);
      return answer;
    },
  };
}

function rangesOf(wanted: IpFamily, ips: readonly Ip[]): readonly string[] {
  return ips.filter(({ family }) => family === wanted).map(({ text }) => hostRange(text));
}

function isOneIn(text: string, ips: readonly Ip[]): boolean {
  const range = parseCidr(text);
  return range !== null && ips.some((ip) => cidrContains(range, ip));
}
