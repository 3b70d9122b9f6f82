/**
 * Ports for tests that must name one before somebody listens on it.
 *
 * @module
 */

/**
 * Systems give ports from 32768 (Linux) or 49152 (Windows) on to whom asks for any. One from there
 * may be somebody's client socket a moment after it was found free; one from below is nobody's who
 * does not name it. Node ports, which tests may name too, begin at 30000.
 */
const FIRST = 15_000;
const COUNT = 15_000;

const given = new Set<number>();

/** A port that is free on this address for both protocols, on every one of IPv4 if none is given. */
export function freePort(hostname = "0.0.0.0"): number {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || !isFree(hostname, port)) continue;
    given.add(port);
    return port;
  }
}

/** So many of them, each another. */
export function freePorts(count: number, hostname?: string): readonly number[] {
  return Array.from({ length: count }, () => freePort(hostname));
}

function isFree(hostname: string, port: number): boolean {
  const address = { hostname, port } as const;
  try {
    Deno.listen(address).close();
    Deno.listenDatagram({ transport: "udp", ...address }).close();
    return true;
  } catch (error) {
    // Windows forbids ports that it has set apart.
    const { AddrInUse, PermissionDenied } = Deno.errors;
    if (error instanceof AddrInUse || error instanceof PermissionDenied) return false;
    throw error;
  }
}
