/**
 * What must be known of the node's own addresses. They are asked for once, and only if something hangs
 * on them: it takes the permission to list the network interfaces.
 *
 * @module
 */
import { cidrContains, type Ip, type Logger, parseCidr, parseIp } from "../../core/mod.ts";
import { messageOf } from "./sockets.ts";

/** Whether the node has an address in a range, given as CIDR. */
export type HasAddressIn = (cidr: string) => boolean;

/** The addresses of this machine's interfaces. */
export function interfaceAddresses(): readonly string[] {
  return Deno.networkInterfaces().map((each) => each.address);
}

/** Looks ranges up among the node's addresses; where these may not be listed, that is said once. */
export function hasAddressIn(
  hostAddresses: () => readonly string[],
  log: Logger,
): HasAddressIn {
  let known: readonly Ip[] | null = null;
  const answers = new Map<string, boolean>();
  return (text) => {
    known ??= listed(hostAddresses, log);
    const own = known;
    const answer = answers.get(text) ?? isOneIn(text, own);
    answers.set(text, answer);
    return answer;
  };
}

function listed(hostAddresses: () => readonly string[], log: Logger): readonly Ip[] {
  try {
    return hostAddresses().map(parseIp).filter((ip) => ip !== null);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    log.warn("Cannot list the node's addresses, so source ranges do not let the node itself in", {
      error: messageOf(error),
      instead: "allow it with --allow-sys=networkInterfaces",
    });
    return [];
  }
}

function isOneIn(text: string, ips: readonly Ip[]): boolean {
  const range = parseCidr(text);
  return range !== null && ips.some((ip) => cidrContains(range, ip));
}
