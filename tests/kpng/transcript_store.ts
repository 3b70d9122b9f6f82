/**
 * The store of the transcripts: takes the transactions that the original server's store was given, and
 * makes the model of them that our server tells.
 *
 * @module
 */
import { create, fromJson, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { PersistentMap } from "../../core/mod.ts";
import {
  EndpointInfoSchema,
  NodeInfoSchema,
  NodeSchema,
} from "../../proto/kpng/api/globalv1_pb.ts";
import { ServiceSchema } from "../../proto/kpng/api/localv1_pb.ts";
import {
  EMPTY_MODEL,
  localService,
  type Model,
  type ModelEndpoint,
  modelNode,
  type ModelSource,
  modelSource,
} from "../../proto/kpng/model.ts";
import { modelService } from "../../proto/kpng/service_message.ts";
import { xxh64 } from "../../proto/kpng/xxh64.ts";

/** One operation of a transaction. */
export interface StoreOp {
  /** What is done. */
  readonly op: string;
  /** A Service or a Node. */
  readonly msg?: JsonValue;
  /** The namespace. */
  readonly ns?: string;
  /** The name of what is deleted, or of a source. */
  readonly name?: string;
  /** The endpoints of a source. */
  readonly list?: readonly JsonValue[];
}

/** The model after a transaction. */
export function transact(model: Model, ops: readonly StoreOp[]): Model {
  const next = ops.reduce(apply, model);
  const sources = [...next.sources.values()];
  const local = [...next.services].map(([key, service]) => {
    const own = sources.filter((each) => `${each.namespace}/${each.service}` === key);
    return [key, localService(service, own)] as const;
  });
  return { ...next, local: PersistentMap.from(local) };
}

function apply(model: Model, { op, msg = {}, ns, name = "", list = [] }: StoreOp): Model {
  const key = ns === undefined ? name : `${ns}/${name}`;
  switch (op) {
    case "SetNode": {
      const node = fromJson(NodeSchema, msg);
      const Hash = xxh64(toBinary(NodeSchema, node));
      const info = toBinary(NodeInfoSchema, create(NodeInfoSchema, { Hash, Node: node }));
      const zone = node.Topology?.Zone ?? "";
      return { ...model, nodes: model.nodes.set(node.Name, modelNode(node.Name, zone, info)) };
    }
    case "DelNode":
      return { ...model, nodes: model.nodes.delete(key) };
    case "SetService": {
      const service = modelService(fromJson(ServiceSchema, msg));
      const path = `${service.namespace}/${service.name}`;
      return { ...model, services: model.services.set(path, service) };
    }
    case "DelService":
      return { ...model, services: model.services.delete(key) };
    case "SetEndpoints":
      return { ...model, sources: model.sources.set(key, sourceOf(ns ?? "", name, list)) };
    case "DelEndpoints":
      return { ...model, sources: model.sources.delete(key) };
    case "Sync":
      return { ...model, ready: true };
    case "Reset":
      return EMPTY_MODEL;
    default:
      throw new TypeError(`No operation ${op}`);
  }
}

function sourceOf(namespace: string, name: string, list: readonly JsonValue[]): ModelSource {
  const infos = list.map((each) => fromJson(EndpointInfoSchema, each));
  const endpoints = infos.map((info): ModelEndpoint => {
    const ready = info.Conditions?.Ready ?? true;
    return {
      pod: info.PodName,
      hostname: info.Endpoint?.Hostname ?? "",
      v4: info.Endpoint?.IPs?.V4 ?? [],
      v6: info.Endpoint?.IPs?.V6 ?? [],
      ports: info.Endpoint?.PortOverrides.map(({ Name, Port }) => ({ name: Name, port: Port })) ??
        [],
      ready,
      serving: ready,
      terminating: false,
      node: info.Topology?.Node ?? "",
      zone: info.Topology?.Zone ?? "",
      zoneHints: info.Hints?.Zones ?? [],
      nodeHints: [],
    };
  });
  return modelSource({ namespace, name, service: infos[0]?.ServiceName ?? "", endpoints });
}
