/**
 * The cluster in KPNG's terms: what its two APIs tell, not yet for a certain node. Values are encoded
 * once and shared by all watchers; maps share what did not change, so that two models are compared at
 * the cost of the change.
 *
 * @module
 */
import { PersistentMap } from "../../core/mod.ts";
import { LocalService } from "./local_service.ts";
import { type OpBlock, setOp } from "./operations.ts";
import { sourceBlocks } from "./endpoint_infos.ts";

/** The number behind a port name. */
export interface NamedPort {
  /** The name of the service port, `""` for an unnamed one. */
  readonly name: string;
  /** The number. */
  readonly port: number;
}

/** One endpoint, as its source tells it. */
export interface ModelEndpoint {
  /** The pod, `""` if there is none or it is not known. */
  readonly pod: string;
  /** Its host name, `""` for none. */
  readonly hostname: string;
  /** Its IPv4 addresses. */
  readonly v4: readonly string[];
  /** Its IPv6 addresses. */
  readonly v6: readonly string[];
  /** Its ports. */
  readonly ports: readonly NamedPort[];
  /** Whether it is ready. */
  readonly ready: boolean;
  /** Whether it serves. The wire has no place for it. */
  readonly serving: boolean;
  /** Whether it is shutting down. The wire has no place for it. */
  readonly terminating: boolean;
  /** The node it runs on, `""` if unknown. */
  readonly node: string;
  /** The zone it runs in, `""` if unknown. */
  readonly zone: string;
  /** The zones that should use it. */
  readonly zoneHints: readonly string[];
  /** The nodes that should use it. The wire has no place for it. */
  readonly nodeHints: readonly string[];
}

/** A Service, encoded. */
export interface ModelService {
  /** The namespace. */
  readonly namespace: string;
  /** The name. */
  readonly name: string;
  /** `localv1.Service`. */
  readonly bytes: Uint8Array;
  /** Whether traffic to the ClusterIP stays on the node. */
  readonly internalLocal: boolean;
  /** Whether traffic from outside stays on the node. */
  readonly externalLocal: boolean;
  /** The operation of the global API that sets it. */
  readonly op: Uint8Array;
}

/** Endpoints from one source: an EndpointSlice. */
export interface ModelSource {
  /** The namespace. */
  readonly namespace: string;
  /** The source's name. */
  readonly name: string;
  /** The Service that they belong to. */
  readonly service: string;
  /** The endpoints. */
  readonly endpoints: readonly ModelEndpoint[];
  /** The operations of the global API that set them, by service and by source. Made when asked for. */
  readonly blocks: () => readonly [byService: OpBlock, bySource: OpBlock];
}

/** A Node, encoded. */
export interface ModelNode {
  /** The name. */
  readonly name: string;
  /** The zone, `""` if unknown. */
  readonly zone: string;
  /** The operation of the global API that sets it. */
  readonly op: Uint8Array;
}

/** The cluster in KPNG's terms. */
export interface Model {
  /** Services by `namespace/name`. */
  readonly services: PersistentMap<ModelService>;
  /** Sources of endpoints by `namespace/name`. */
  readonly sources: PersistentMap<ModelSource>;
  /** Nodes by name. */
  readonly nodes: PersistentMap<ModelNode>;
  /** What the local API tells of each Service, by `namespace/name`. */
  readonly local: PersistentMap<LocalService>;
  /** Whether all of it is known. */
  readonly ready: boolean;
}

/** The model of which nothing is known. */
export const EMPTY_MODEL: Model = {
  services: PersistentMap.empty(),
  sources: PersistentMap.empty(),
  nodes: PersistentMap.empty(),
  local: PersistentMap.empty(),
  ready: false,
};

/** The path of a Node in the global API. */
export function nodePath(name: string): string {
  return `|${name}||`;
}

/** The path of a Service in the global API. */
export function servicePath({ namespace, name }: Pick<ModelService, "namespace" | "name">): string {
  return `${namespace}|${name}||`;
}

/** A source of endpoints; what the global API sends of it is made when somebody asks. */
export function modelSource(parts: Omit<ModelSource, "blocks">): ModelSource {
  let blocks: readonly [OpBlock, OpBlock] | null = null;
  return { ...parts, blocks: () => blocks ??= sourceBlocks(parts) };
}

/** A Node from `globalv1.NodeInfo`. */
export function modelNode(name: string, zone: string, info: Uint8Array): ModelNode {
  return { name, zone, op: setOp("GlobalNodeInfos", nodePath(name), info) };
}

/** What the local API tells of a Service with those sources, which are taken in order of their names. */
export function localService(
  service: ModelService,
  sources: readonly ModelSource[],
): LocalService {
  const sorted = sources.toSorted((a, b) => a.name < b.name ? -1 : 1);
  return new LocalService(service, sorted.flatMap((source) => source.endpoints));
}
