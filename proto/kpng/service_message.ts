/**
 * `localv1.Service` from a Service, as KPNG's kube2store makes it, in the bytes that KPNG's own encoder
 * writes.
 *
 * @module
 */
import { clone, create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type IpFamily, parseIp, type Service, type StringMap } from "../../core/mod.ts";
import { ClientIPAffinitySchema, Protocol, ServiceSchema } from "./api/localv1_pb.ts";
import { type ModelService, servicePath } from "./model.ts";
import { setOp } from "./operations.ts";
import { WireWriter } from "./wire_writer.ts";
import { xxh64 } from "./xxh64.ts";

/** The fields of a `localv1.Service`. */
export type ServiceInit = MessageInitShape<typeof ServiceSchema>;

/** A Service of the model from its message. */
export function modelService(service: ServiceInit): ModelService {
  const bytes = serviceBytes(service);
  const names = { namespace: service.Namespace ?? "", name: service.Name ?? "" };
  const writer = new WireWriter();
  writer.message(2, () => writer.raw(bytes)); // a ServiceInfo that holds only its Service
  const hash = xxh64(writer.peek());
  writer.clear();
  writer.number64(1, hash);
  writer.message(2, () => writer.raw(bytes));
  return {
    ...names,
    bytes,
    internalLocal: service.InternalTrafficToLocal === true,
    externalLocal: service.ExternalTrafficToLocal === true,
    op: setOp("GlobalServiceInfos", servicePath(names), writer.take()),
  };
}

/** The message as KPNG writes it: maps sorted by key, the member of the oneof after all other fields. */
export function serviceBytes(service: ServiceInit): Uint8Array {
  const message = clone(ServiceSchema, create(ServiceSchema, service));
  const { SessionAffinity } = message;
  message.Labels = sortedMap(message.Labels);
  message.Annotations = sortedMap(message.Annotations);
  message.SessionAffinity = { case: undefined };
  const writer = new WireWriter();
  writer.raw(toBinary(ServiceSchema, message));
  if (SessionAffinity.case === "ClientIP") {
    writer.message(
      11,
      () => writer.raw(toBinary(ClientIPAffinitySchema, SessionAffinity.value)),
    );
  }
  return writer.take();
}

/** Entries sorted by key. Keys that look like numbers would come first anyway, and cannot be helped. */
export function sortedMap(map: StringMap): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => a < b ? -1 : 1));
}

/** Which labels and annotations are told. */
export interface KeptNames {
  /** Whether a label of this name is told. */
  readonly labels: (name: string) => boolean;
  /** Whether an annotation of this name is told. */
  readonly annotations: (name: string) => boolean;
}

/** The message of a Service. */
export function serviceMessage(service: Service, kept: KeptNames): ServiceInit {
  const { namespace, name, type, clusterIP, clusterIPs, ingress, sourceRanges } = service;
  const given = clusterIPs.length > 0 ? clusterIPs : [clusterIP];
  // What Kubernetes sends through the load balancer is none of the node's addresses.
  const balancers = ingress.filter(({ ipMode }) => ipMode === "VIP").map(({ ip }) => ip);
  return {
    Namespace: namespace,
    Name: name,
    Type: type,
    Labels: keptOf(service.labels, kept.labels),
    Annotations: keptOf(service.annotations, kept.annotations),
    IPs: {
      ClusterIPs: ipSet(given),
      ExternalIPs: ipSet(service.externalIPs),
      Headless: given.includes("None"),
      ...(ingress.length === 0 ? {} : { LoadBalancerIPs: ipSet(balancers) }),
    },
    IPFilters: sourceRanges.length === 0 ? [] : [{ SourceRanges: [...sourceRanges] }],
    Ports: service.ports.map((port) => ({
      Name: port.name,
      Protocol: Protocol[port.protocol],
      Port: port.port,
      NodePort: port.nodePort,
      ...(typeof port.targetPort === "number"
        ? { TargetPort: port.targetPort }
        : { TargetPortName: port.targetPort }),
    })),
    ExternalTrafficToLocal: service.externalTrafficPolicy === "Local",
    InternalTrafficToLocal: service.internalTrafficPolicy === "Local",
    HealthCheckNodePort: service.healthCheckNodePort,
    ...(service.affinitySeconds === 0 ? {} : {
      SessionAffinity: {
        case: "ClientIP",
        value: { TimeoutSeconds: service.affinitySeconds },
      },
    }),
  };
}

/** KPNG's `IPSet`: what is no address is left out, texts stay as given, sorted, each once. */
export function ipSet(ips: readonly string[]): { V4: string[]; V6: string[] } {
  const of = (family: IpFamily) =>
    [...new Set(ips.filter((ip) => parseIp(ip)?.family === family))].sort();
  return { V4: of("IPv4"), V6: of("IPv6") };
}

/** The entries of a map whose names are told. */
export function keptOf(map: StringMap, keep: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => keep(name)));
}
