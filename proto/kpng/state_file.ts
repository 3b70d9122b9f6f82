/**
 * The cluster as KPNG's `to-file` writes it: its global state file, to the letter.
 *
 * @module
 */
import { fromBinary } from "@bufbuild/protobuf";
import { dump } from "js-yaml";
import type { ApiSnapshot } from "../../core/mod.ts";
import { type Node, NodeInfoSchema } from "./api/globalv1_pb.ts";
import { type IPSet, OpItemSchema, type Service, ServiceSchema } from "./api/localv1_pb.ts";
import { hashOf } from "./endpoint_infos.ts";
import { type KeptMetadata, mapSnapshot } from "./from_snapshot.ts";
import { ipSet } from "./service_message.ts";
import type { Model, ModelEndpoint, ModelSource } from "./model.ts";

type Json = Readonly<Record<string, unknown>>;

/** The cluster as the text of KPNG's state file. */
export function stateFileOf(snapshot: ApiSnapshot, kept: KeptMetadata): string {
  return stateFileText(mapSnapshot(snapshot, kept).model);
}

/** The text of the file. */
export function stateFileText(model: Model): string {
  const sources = [...model.sources.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  const byService = Map.groupBy(sources, ({ namespace, service }) => `${namespace}/${service}`);
  const state = {
    nodes: sortedValues(model.nodes).map(({ op }) => nodeJson(nodeOf(op))),
    services: sortedValues(model.services).map(({ namespace, name, bytes }) => ({
      service: serviceJson(fromBinary(ServiceSchema, bytes)),
      endpoints: (byService.get(`${namespace}/${name}`) ?? []).flatMap(endpointsJson),
    })),
  };
  // The loader takes a whole number beyond 2^53 as it is, and so does KPNG; a quoted one it refuses.
  return dump(state, { lineWidth: -1, noRefs: true, seqNoIndent: true })
    .replaceAll(/^ {2}- hash: '(\d+)'$/gm, "  - hash: $1");
}

function sortedValues<V>(map: Iterable<readonly [string, V]>): readonly V[] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1).map(([, value]) => value);
}

/** The Node out of the operation that sets it. */
function nodeOf(op: Uint8Array): Node | undefined {
  const { Op } = fromBinary(OpItemSchema, op.subarray(5));
  return Op.case === "Set" ? fromBinary(NodeInfoSchema, Op.value.Bytes).Node : undefined;
}

function nodeJson(node: Node | undefined): Json {
  return {
    name: node?.Name ?? "",
    topology: { node: node?.Topology?.Node ?? "", zone: node?.Topology?.Zone ?? "" },
    labels: node?.Labels ?? {},
    annotations: node?.Annotations ?? {},
  };
}

function serviceJson(service: Service): Json {
  const { IPs, SessionAffinity: affinity } = service;
  return {
    namespace: service.Namespace,
    name: service.Name,
    type: service.Type,
    labels: service.Labels,
    annotations: service.Annotations,
    ips: IPs === undefined ? null : {
      clusterips: ipSetJson(IPs.ClusterIPs),
      externalips: ipSetJson(IPs.ExternalIPs),
      loadbalancerips: ipSetJson(IPs.LoadBalancerIPs),
      headless: IPs.Headless,
    },
    ipfilters: service.IPFilters.map(({ TargetIPs, SourceRanges }) => ({
      targetips: ipSetJson(TargetIPs),
      sourceranges: SourceRanges,
    })),
    mapip: service.MapIP,
    ports: service.Ports.map((port) => ({
      name: port.Name,
      protocol: port.Protocol,
      port: port.Port,
      nodeport: port.NodePort,
      targetport: port.TargetPort,
      targetportname: port.TargetPortName,
    })),
    externaltraffictolocal: service.ExternalTrafficToLocal,
    sessionaffinity: affinity.case === undefined
      ? null
      : { clientip: { timeoutseconds: affinity.value.TimeoutSeconds } },
    internaltraffictolocal: service.InternalTrafficToLocal,
    healthchecknodeport: service.HealthCheckNodePort,
  };
}

function endpointsJson(source: ModelSource): readonly Json[] {
  return source.endpoints.map((endpoint) => endpointJson(source, endpoint));
}

function endpointJson(source: ModelSource, endpoint: ModelEndpoint): Json {
  const ips = ipSet([...endpoint.v4, ...endpoint.v6]);
  return {
    hash: hashOf({ ...endpoint, zoneHints: [] }).toString(), // KPNG's, which leaves hints out
    namespace: source.namespace,
    sourcename: source.name,
    servicename: source.service,
    podname: endpoint.pod,
    endpoint: {
      hostname: endpoint.hostname,
      ips: { v4: ips.V4, v6: ips.V6 },
      local: false,
      portoverrides: endpoint.ports.map(({ name, port }) => ({ name, port })),
      scopes: null,
    },
    conditions: { ready: endpoint.ready },
    topology: { node: endpoint.node, zone: endpoint.zone },
    hints: endpoint.zoneHints.length === 0 ? null : { zones: endpoint.zoneHints.toSorted() },
  };
}

function ipSetJson(set: IPSet | undefined): Json | null {
  return set === undefined ? null : { v4: set.V4, v6: set.V6 };
}
