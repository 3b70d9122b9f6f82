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

/** A port that is free on every IPv4 address for both protocols, and was not given before. */
export function freePort(): number {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || !isFree(port)) continue;
    given.add(port);
    return port;
  }
}

/** So many of them. */
export function freePorts(count: number): readonly number[] {
  return Array.from({ length: count }, freePort);
}

function isFree(port: number): boolean {
  const any = { hostname: "0.0.0.0", port } as const;
  try {
    Deno.listen(any).close();
    Deno.listenDatagram({ transport: "udp", ...any }).close();
    return true;
  } catch (error) {
    // Windows forbids ports that it has set apart.
    const { AddrInUse, PermissionDenied } = Deno.errors;
    if (error instanceof AddrInUse || error instanceof PermissionDenied) return false;
    throw error;
  }
}
