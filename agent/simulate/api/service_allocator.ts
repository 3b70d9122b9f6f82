/**
 * Who has which cluster IP and node port, and which is free. It learns only from the changes of the
 * store, so what is never stored (a dry run, a refused object) never holds anything.
 *
 * @module
 */
import { parseCidr, parseIp } from "../../../core/mod.ts";
import type { Change } from "./history.ts";
import { type JsonObject, listAt, numberAt, textsAt } from "./json.ts";
import { keyOf, keyText } from "./resources.ts";

/** From where addresses and ports are given out. */
export interface AllocatorRanges {
  /** The IPv4 range of cluster IPs: `10.96.0.0/12`. */
  readonly serviceCidr: string;
  /** The range of node ports, both ends included. */
  readonly nodePorts: {
    /** The first node port. */
    readonly first: number;
    /** The last node port. */
    readonly last: number;
  };
}

/** Knows the owners of cluster IPs and node ports, by key text of the Service. */
export class ServiceAllocator {
  /** The range of node ports. */
  readonly nodePorts: AllocatorRanges["nodePorts"];
  readonly #firstIp: number;
  readonly #ipCount: number;
  readonly #ips = new Map<string, string>();
  readonly #ports = new Map<number, string>();
  #nextIp = 0;
  #nextPort = 0;

  /**
   * An allocator that has given nothing out.
   *
   * @throws {RangeError} If a range is none.
   */
  constructor({ serviceCidr, nodePorts }: AllocatorRanges) {
    const cidr = parseCidr(serviceCidr);
    if (cidr?.family !== "IPv4" || cidr.prefix > 30) {
      throw new RangeError(
        `Cannot allocate cluster IPs from "${serviceCidr}": it must be an IPv4 range of /30 or larger`,
      );
    }
    if (!(nodePorts.first >= 1 && nodePorts.first <= nodePorts.last && nodePorts.last <= 65535)) {
      throw new RangeError(
        `Cannot allocate node ports from ${nodePorts.first}-${nodePorts.last}: ` +
          "it must be a range within 1-65535",
      );
    }
    this.nodePorts = nodePorts;
    this.#firstIp = Number(cidr.first) + 1; // neither the network's address nor the broadcast's
    this.#ipCount = Number(cidr.last - cidr.first) - 1;
  }

  /** Takes note of a change of a Service. */
  observe({ before, after, deleted }: Change): void {
    const owner = keyText(keyOf(after));
    if (before !== null) {
      for (const ip of clusterIpsOf(before)) this.#ips.delete(ip);
      for (const port of nodePortsOf(before)) this.#ports.delete(port);
    }
    if (deleted) return;
    for (const ip of clusterIpsOf(after)) this.#ips.set(ip, owner);
    for (const port of nodePortsOf(after)) this.#ports.set(port, owner);
  }

  /** The Service that has the cluster IP, `undefined` for none. */
  ownerOfIp(ip: string): string | undefined {
    return this.#ips.get(parseIp(ip)?.text ?? ip);
  }

  /** The Service that has the node port, `undefined` for none. */
  ownerOfPort(port: number): string | undefined {
    return this.#ports.get(port);
  }

  /** A cluster IP that nobody has, `null` if none is left. */
  freeIp(): string | null {
    for (let tried = 0; tried < this.#ipCount; tried++) {
      const ip = ipv4Text(this.#firstIp + (this.#nextIp + tried) % this.#ipCount);
      if (this.#ips.has(ip)) continue;
      this.#nextIp = (this.#nextIp + tried) % this.#ipCount;
      return ip;
    }
    return null;
  }

  /** A node port that nobody has and that is not `taken`, `null` if none is left. */
  freePort(taken: ReadonlySet<number>): number | null {
    const { first, last } = this.nodePorts;
    const count = last - first + 1;
    for (let tried = 0; tried < count; tried++) {
      const port = first + (this.#nextPort + tried) % count;
      if (this.#ports.has(port) || taken.has(port)) continue;
      this.#nextPort = port - first;
      return port;
    }
    return null;
  }
}

/** The addresses among a Service's cluster IPs, in canonical text. */
function clusterIpsOf(service: JsonObject): readonly string[] {
  return textsAt(service, "spec", "clusterIPs").flatMap((ip) => parseIp(ip)?.text ?? []);
}

/** The node ports of a Service, its health check's included. */
function nodePortsOf(service: JsonObject): readonly number[] {
  const ports = listAt(service, "spec", "ports").map((port) => numberAt(port, "nodePort"));
  return [...ports, numberAt(service, "spec", "healthCheckNodePort")].filter((port) => port !== 0);
}

function ipv4Text(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");
}
