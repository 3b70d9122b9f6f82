/**
 * From the cluster as Kubernetes tells it to the cluster in KPNG's terms, as KPNG's kube2store maps it.
 * Only what changed is mapped again.
 *
 * @module
 */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type ApiSnapshot,
  EMPTY_SNAPSHOT,
  type EndpointSlice,
  HEADLESS_LABEL,
  type Node,
  PROXY_NAME_LABEL,
  type Service,
  ZONE_LABEL,
} from "../../core/mod.ts";
import { NodeInfoSchema, NodeSchema } from "./api/globalv1_pb.ts";
import {
  EMPTY_MODEL,
  localService,
  type Model,
  type ModelEndpoint,
  type ModelNode,
  modelNode,
  type ModelSource,
  modelSource,
} from "./model.ts";
import {
  type KeptNames,
  keptOf,
  modelService,
  serviceMessage,
  sortedMap,
} from "./service_message.ts";
import { xxh64 } from "./xxh64.ts";

/** Which labels and annotations of Services and Nodes are told. */
export interface KeptMetadata {
  /** Of Services. */
  readonly services: KeptNames;
  /** Of Nodes. */
  readonly nodes: KeptNames;
}

/** A model, and the snapshot that it was made from. */
export interface MappedSnapshot {
  /** The snapshot. */
  readonly snapshot: ApiSnapshot;
  /** The model. */
  readonly model: Model;
}

/** The snapshot in KPNG's terms; what did not change since `before` is taken from there. */
export function mapSnapshot(
  snapshot: ApiSnapshot,
  kept: KeptMetadata,
  before: MappedSnapshot | null = null,
): MappedSnapshot {
  const from = before?.snapshot ?? EMPTY_SNAPSHOT;
  let { services, sources, nodes, local } = before?.model ?? EMPTY_MODEL;
  const touched = new Set<string>();
  for (const { key, after } of snapshot.services.changesSince(from.services)) {
    touched.add(key);
    services = services.put(
      key,
      after === undefined || !isOurs(after)
        ? undefined
        : modelService(serviceMessage(after, kept.services)),
    );
  }
  for (const { key, after } of snapshot.slices.changesSince(from.slices)) {
    sources = sources.put(key, after === undefined ? undefined : sourceOf(after));
  }
  for (const { key } of snapshot.slicesByService.changesSince(from.slicesByService)) {
    touched.add(key);
  }
  for (const { key, after } of snapshot.nodes.changesSince(from.nodes)) {
    nodes = nodes.put(key, after === undefined ? undefined : nodeOf(after, kept.nodes));
  }
  for (const key of touched) {
    const service = services.get(key);
    const slices = snapshot.slicesByService.get(key) ?? [];
    const own = slices.flatMap((slice) => sources.get(`${slice.namespace}/${slice.name}`) ?? []);
    local = local.put(key, service && localService(service, own));
  }
  const { Service, EndpointSlice, Node } = snapshot.synced;
  const ready = Service && EndpointSlice && Node;
  return { snapshot, model: { services, sources, nodes, local, ready } };
}

/** KPNG watches Services with neither of the two labels. */
function isOurs({ labels }: Service): boolean {
  return !Object.hasOwn(labels, PROXY_NAME_LABEL) && !Object.hasOwn(labels, HEADLESS_LABEL);
}

/** The endpoints of a slice; `undefined` for a slice that is nobody's. */
function sourceOf(slice: EndpointSlice): ModelSource | undefined {
  const { namespace, name, service, addressType } = slice;
  if (service === "" || addressType === "FQDN") return undefined;
  if (Object.hasOwn(slice.labels, PROXY_NAME_LABEL)) return undefined;
  const ports = slice.ports.filter(({ port }) => port !== 0)
    .map(({ name, port }) => ({ name, port }));
  const endpoints = slice.endpoints.map((endpoint): ModelEndpoint => ({
    pod: endpoint.pod,
    hostname: endpoint.hostname,
    v4: addressType === "IPv4" ? endpoint.addresses : [],
    v6: addressType === "IPv6" ? endpoint.addresses : [],
    ports,
    ready: endpoint.ready,
    serving: endpoint.serving,
    terminating: endpoint.terminating,
    node: endpoint.node,
    zone: endpoint.zone,
    zoneHints: endpoint.zoneHints,
    nodeHints: endpoint.nodeHints,
  }));
  return modelSource({ namespace, name, service, endpoints });
}

function nodeOf(node: Node, kept: KeptNames): ModelNode {
  const zone = node.labels[ZONE_LABEL] ?? "";
  const message = create(NodeSchema, {
    Name: node.name,
    Topology: { Node: node.name, Zone: zone },
    Labels: sortedMap(keptOf(node.labels, kept.labels)),
    Annotations: sortedMap(keptOf(node.annotations, kept.annotations)),
  });
  const Hash = xxh64(toBinary(NodeSchema, message));
  const info = toBinary(NodeInfoSchema, create(NodeInfoSchema, { Hash, Node: message }));
  return modelNode(node.name, zone, info);
}
