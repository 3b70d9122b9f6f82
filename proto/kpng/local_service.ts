/**
 * What the local API tells of one Service: the same for most nodes, and so encoded once for all of
 * them; only nodes on which one of its endpoints runs, or which hints name, have their own version.
 *
 * @module
 */
import { type EndpointUse, writeEndpoint } from "./endpoint_message.ts";
import {
  type NodePlace,
  samePorts,
  sameUse,
  type UsedEndpoint,
  usedEndpoints,
} from "./endpoint_use.ts";
import type { ModelEndpoint, ModelService } from "./model.ts";
import { blockOf, type OpBlock, setOp } from "./operations.ts";
import { WireWriter } from "./wire_writer.ts";
import { keyOf, xxh64 } from "./xxh64.ts";

/** The endpoints of a Service that a node is told of. */
export interface LocalEndpoints {
  /** Those with a pod, by its name. */
  readonly named: OpBlock;
  /** Those without, by their hash. */
  readonly anonymous: OpBlock;
}

/** What the local API tells of one Service. */
export class LocalService {
  /** The path of the Service. */
  readonly path: string;
  /** The operation that sets the Service. */
  readonly op: Uint8Array;
  readonly #service: ModelService;
  readonly #endpoints: readonly ModelEndpoint[];
  readonly #nodes: ReadonlySet<string>;
  readonly #zoned: boolean;
  readonly #versions = new Map<string, LocalEndpoints>();

  /** Takes the Service and its endpoints; nothing is encoded before somebody asks. */
  constructor(service: ModelService, endpoints: readonly ModelEndpoint[]) {
    this.path = `${service.namespace}/${service.name}`;
    this.op = setOp("ServicesSet", this.path, service.bytes);
    this.#service = service;
    this.#endpoints = endpoints;
    this.#nodes = new Set(endpoints.flatMap(({ node, nodeHints }) => [node, ...nodeHints]));
    this.#zoned = endpoints.some(({ zoneHints }) => zoneHints.length > 0);
  }

  /** The endpoints that the node is told of; the very same object for all nodes to which they look alike. */
  endpointsFor(node: NodePlace): LocalEndpoints {
    const own = this.#nodes.has(node.name) ? `node ${node.name}` : "";
    const key = this.#zoned ? `${own} zone ${node.zone}` : own;
    const known = this.#versions.get(key);
    if (known !== undefined) return known;
    const version = encode(this.path, usedEndpoints(this.#service, this.#endpoints, node));
    this.#versions.set(key, version);
    return version;
  }
}

/** One endpoint as it is sent. */
type SentEndpoint = EndpointUse & Pick<ModelEndpoint, "hostname" | "v4" | "v6" | "ports">;

function encode(service: string, used: readonly UsedEndpoint[]): LocalEndpoints {
  const to = new WireWriter();
  const bytesOf = (endpoint: SentEndpoint): Uint8Array => {
    writeEndpoint(to, endpoint, endpoint);
    return to.take();
  };
  const named = [...podsOf(used)].flatMap(([pod, parts]) =>
    parts.map((part, index) => ({
      // What cannot be one message goes under a name that no pod can have.
      path: `${service}/${index === 0 ? pod : `${pod}~${index + 1}`}`,
      value: bytesOf(part),
    }))
  );
  const anonymous = used.filter(({ endpoint }) => endpoint.pod === "").map((part) => {
    const value = bytesOf({ ...part, hostname: part.endpoint.hostname });
    return { path: `${service}/${keyOf(xxh64(value))}`, value };
  });
  return {
    named: blockOf("EndpointsSet", named),
    anonymous: blockOf("EndpointsSet", anonymous),
  };
}

/** A pod that is in several slices (dual stack, ports in slices of their own) becomes whole again. */
function podsOf(used: readonly UsedEndpoint[]): ReadonlyMap<string, readonly SentEndpoint[]> {
  const pods = new Map<string, SentEndpoint[]>();
  for (const { endpoint, v4, v6, ports, local, internal, external } of used) {
    if (endpoint.pod === "") continue;
    const { hostname } = endpoint;
    const part = { hostname, v4, v6, ports, local, internal, external };
    const parts = pods.get(endpoint.pod);
    if (parts === undefined) pods.set(endpoint.pod, [part]);
    else joinTo(parts, part);
  }
  return pods;
}

function joinTo(parts: SentEndpoint[], more: SentEndpoint): void {
  for (const [index, part] of parts.entries()) {
    if (!sameUse(part, more) || part.hostname !== more.hostname) continue;
    if (samePorts(part.ports, more.ports)) {
      parts[index] = { ...part, v4: union(part.v4, more.v4), v6: union(part.v6, more.v6) };
      return;
    }
    if (sameTexts(part.v4, more.v4) && sameTexts(part.v6, more.v6) && distinctNames(part, more)) {
      parts[index] = { ...part, ports: [...part.ports, ...more.ports] };
      return;
    }
  }
  parts.push(more);
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return b.length === 0 ? a : [...new Set([...a, ...b])];
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}

function distinctNames({ ports }: SentEndpoint, more: SentEndpoint): boolean {
  return !ports.some(({ name }) => more.ports.some((port) => port.name === name));
}
