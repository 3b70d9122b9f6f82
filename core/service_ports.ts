/**
 * From a Service to its service ports: which families, frontends, policies and source ranges each
 * has. Every decision is a rule of `service_rules.ts`.
 *
 * @module
 */
import { type Cidr, parseCidr, parseIp } from "./ip.ts";
import {
  IP_FAMILIES,
  type IpFamily,
  type LoadBalancerIngress,
  type Service,
  type ServicePort,
} from "./objects.ts";
import { decide } from "./rules.ts";
import {
  ADDRESS_RULES,
  EXTERNAL_POLICY_RULES,
  HEALTH_CHECK_RULES,
  RANGE_RULES,
  SERVICE_RULES,
  SOURCE_RANGES_RULES,
} from "./service_rules.ts";
import type { Dropped, Frontend, ServicePortView } from "./view.ts";

/** A service port before its endpoints are known. */
export type ServicePortBase = Omit<ServicePortView, "hasAnyEndpoints" | "sets" | "endpoints">;

/** What a Service comes to before its endpoints are known. */
export interface ServiceBase {
  /** The rule that leaves the Service out, or `null`. */
  readonly skipped: string | null;
  /** Its service ports, sorted by name, then protocol, then family. */
  readonly servicePorts: readonly ServicePortBase[];
}

/** What a Service comes to on any node: its service ports, or the rule that skips it. */
export function servicePortsOf(service: Service): ServiceBase {
  const families = IP_FAMILIES.flatMap((family) => {
    const clusterIP = clusterIPOf(service, family);
    return clusterIP === null ? [] : [{ family, clusterIP }];
  });
  const { rule, value: proxied } = decide(SERVICE_RULES, { service, families: families.length });
  if (!proxied) return { skipped: rule, servicePorts: [] };
  const servicePorts = families.flatMap(({ family, clusterIP }) => {
    const shared = sharedFields(service, family);
    return service.ports.map((port) => servicePort(service, port, { clusterIP, ...shared }));
  });
  return { skipped: null, servicePorts: servicePorts.sort(byPortThenKey) };
}

function byPortThenKey(a: ServicePortBase, b: ServicePortBase): number {
  if (a.port !== b.port) return a.port < b.port ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}

/**
 * The ClusterIP of a family. A Service without `ipFamilies` (an old object) has only `clusterIP`;
 * otherwise the address at the place of the family counts (kube-proxy: `GetClusterIPByFamily`).
 */
function clusterIPOf(service: Service, family: IpFamily): string | null {
  const given = service.ipFamilies.length === 0
    ? service.clusterIP
    : service.clusterIPs.find((_, i) => service.ipFamilies[i] === family);
  const ip = given === undefined ? null : parseIp(given);
  return ip?.family === family ? ip.text : null;
}

/** What all ports of a Service in one family have in common. */
function sharedFields(service: Service, family: IpFamily) {
  const external = addressesOf(
    "ExternalIP",
    family,
    service.externalIPs.map((ip) => ({ ip, ipMode: "VIP" })),
  );
  const balancer = addressesOf("LoadBalancer", family, service.ingress);
  const ranges = sourceRangesOf(service, family);
  const healthChecked = decide(HEALTH_CHECK_RULES, service).value;
  return {
    family,
    addresses: [...external.kept, ...balancer.kept],
    dropped: [...external.dropped, ...balancer.dropped, ...ranges.dropped],
    sourceRanges: ranges.kept,
    sourceRangesRule: ranges.rule,
    externalTrafficPolicy: decide(EXTERNAL_POLICY_RULES, service).value,
    healthCheckNodePort: healthChecked ? service.healthCheckNodePort : 0,
    sessionAffinity: service.affinitySeconds === 0
      ? null
      : { clientIP: { timeoutSeconds: service.affinitySeconds } },
  };
}

interface Address {
  readonly kind: "ExternalIP" | "LoadBalancer";
  readonly ip: string;
}

function addressesOf(
  kind: Address["kind"],
  family: IpFamily,
  given: readonly LoadBalancerIngress[],
): { kept: readonly Address[]; dropped: readonly Dropped[] } {
  const kept: Address[] = [];
  const dropped: Dropped[] = [];
  for (const { ip, ipMode } of given) {
    const { rule, value } = decide(ADDRESS_RULES, { given: ip, family, ipMode });
    const text = parseIp(ip)?.text ?? ip;
    if (!value) dropped.push({ kind, value: ip, rule });
    else if (kept.some((each) => each.ip === text)) {
      dropped.push({ kind, value: ip, rule: "duplicate" });
    } else kept.push({ kind, ip: text });
  }
  return { kept, dropped };
}

function sourceRangesOf(
  service: Service,
  family: IpFamily,
): { kept: readonly string[]; rule: string; dropped: readonly Dropped[] } {
  const ranges: Cidr[] = [];
  const dropped: Dropped[] = [];
  for (const entry of service.sourceRanges) {
    const given = entry.trim();
    const cidr = parseCidr(given);
    const { rule, value } = decide(RANGE_RULES, { given, cidr, family });
    if (value && cidr !== null) ranges.push(cidr);
    else dropped.push({ kind: "SourceRange", value: entry, rule });
  }
  const { rule, value: limited } = decide(SOURCE_RANGES_RULES, ranges);
  return { kept: limited ? ranges.map((range) => range.text) : [], rule, dropped };
}

function servicePort(
  service: Service,
  port: ServicePort,
  shared: { readonly clusterIP: string } & ReturnType<typeof sharedFields>,
): ServicePortBase {
  const { clusterIP, addresses, ...fields } = shared;
  const owner = `${service.namespace}/${service.name}`;
  const name = port.name === "" ? owner : `${owner}:${port.name}`;
  const frontends: Frontend[] = [{ kind: "ClusterIP", ip: clusterIP, port: port.port }];
  if (port.nodePort !== 0) frontends.push({ kind: "NodePort", port: port.nodePort });
  for (const { kind, ip } of addresses) frontends.push({ kind, ip, port: port.port });
  return {
    key: `${name}/${port.protocol}/${fields.family}`,
    name,
    namespace: service.namespace,
    service: service.name,
    port: port.name,
    protocol: port.protocol,
    type: service.type,
    annotations: service.annotations,
    frontends,
    internalTrafficPolicy: service.internalTrafficPolicy,
    ...fields,
  };
}
