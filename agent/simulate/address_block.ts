/**
 * A block of loopback addresses of the simulation's own, 127.B.0.0/16, so that nothing has to be
 * assigned to an interface and two simulations on one machine never meet. A listening socket on one
 * address of the block keeps it; it needs a system that answers on all of 127.0.0.0/8, as Linux and
 * Windows do.
 *
 * @module
 */
import { RunError } from "../run_error.ts";
import type { Random } from "./random.ts";

/** Where the socket listens that keeps a block. */
const GUARD_PORT = 20_127;
const FIRST_BLOCK = 10;
const BLOCKS = 240;
/** Last octets 1 to 254: .0 and .255 look like what they are not. */
const PER_NET = 254;
const NODE_NETS = { first: 250, count: 4 };
const POD_NETS = { first: 64, count: 186 };
/** The ports that Kubernetes gives to node ports. */
const NODE_PORTS = { first: 30_000, count: 2768 };
const USUAL_SERVICE_PORT = 8080;
const USUAL_API_PORT = 6443;
/** As often the system may pick a port for TCP that is taken for UDP. */
const MOST_TRIES = 16;

/** A block of loopback addresses. */
export interface AddressBlock extends Disposable {
  /** The block as a CIDR. */
  readonly cidr: string;
  /**
   * An address of its own for the API server, so that no outgoing connection can take its port while
   * it is away: those come from 127.0.0.1.
   */
  apiAddress(): { readonly ip: string; readonly port: number };
  /** The address of the node with that index, from 0. */
  nodeAddress(index: number): string;
  /** A ClusterIP, and a port that is free there for TCP and UDP, for the service with that index, from 0. */
  serviceAddress(index: number): { readonly ip: string; readonly port: number };
  /** A node port that is free on the address, or `null` where all are taken. */
  nodePort(ip: string): number | null;
  /** An address for a pod, not used lately. */
  podAddress(): string;
}

/**
 * Takes a free block.
 *
 * @throws {RunError} If the machine answers on 127.0.0.1 only, or every block is taken.
 */
export function takeAddressBlock(random: Random): AddressBlock {
  const start = random.int(BLOCKS);
  for (let i = 0; i < BLOCKS; i++) {
    const second = FIRST_BLOCK + (start + i) % BLOCKS;
    const guard = tryListen(`127.${second}.255.254`, GUARD_PORT);
    if (guard !== null) return blockOf(second, guard);
  }
  throw new RunError(
    `Cannot simulate: port ${GUARD_PORT} is taken on 127.B.255.254 for every B from ${FIRST_BLOCK} ` +
      `to ${FIRST_BLOCK + BLOCKS - 1}; end other simulations, or what listens on that port, first`,
  );
}

function blockOf(second: number, guard: Deno.TcpListener): AddressBlock {
  let pods = 0;
  let nodePorts = 0;
  const address = (net: number, index: number): string =>
    `127.${second}.${net + Math.floor(index / PER_NET)}.${1 + index % PER_NET}`;
  return {
    cidr: `127.${second}.0.0/16`,
    apiAddress() {
      const ip = `127.${second}.255.1`;
      return { ip, port: freePort(ip, USUAL_API_PORT) };
    },
    nodeAddress: (index) => address(NODE_NETS.first, index % (NODE_NETS.count * PER_NET)),
    serviceAddress(index) {
      const ip = address(0, index);
      return { ip, port: freePort(ip, USUAL_SERVICE_PORT) };
    },
    nodePort(ip) {
      while (nodePorts < NODE_PORTS.count) {
        const port = NODE_PORTS.first + nodePorts++;
        if (isFree(ip, port)) return port;
      }
      return null;
    },
    podAddress: () => address(POD_NETS.first, pods++ % (POD_NETS.count * PER_NET)),
    [Symbol.dispose]: () => guard.close(),
  };
}

/** The preferred port if it is free on the address, else one that the system picks. */
function freePort(ip: string, preferred: number): number {
  let port = preferred;
  for (let tries = 0;; tries++) {
    if (isFree(ip, port) || tries === MOST_TRIES) return port;
    using listener = Deno.listen({ hostname: ip, port: 0 });
    port = listener.addr.port;
  }
}

function isFree(ip: string, port: number): boolean {
  const listener = tryListen(ip, port);
  if (listener === null) return false;
  try {
    Deno.listenDatagram({ transport: "udp", hostname: ip, port }).close();
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  } finally {
    listener.close();
  }
}

/** Windows says PermissionDenied for a port that another program holds exclusively. */
function isTaken(error: unknown): boolean {
  return error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied;
}

/** A listener, or `null` if somebody has the address and port. */
function tryListen(ip: string, port: number): Deno.TcpListener | null {
  try {
    return Deno.listen({ hostname: ip, port });
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrNotAvailable) {
      throw new RunError(
        `Cannot simulate: this machine does not answer on ${ip}, and the simulation gives every ` +
          "service and pod an address of 127.0.0.0/8; Linux and Windows answer on all of them",
        { cause },
      );
    }
    if (isTaken(cause)) return null;
    throw cause;
  }
}
