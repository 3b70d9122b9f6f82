/**
 * From a service port to what it needs of HNS. Pure; every decision keeps the name of its rule.
 *
 * @module
 */
import {
  decide,
  type EndpointView,
  type Frontend,
  frontendKey,
  type ServicePortView,
  unreachable,
} from "../../core/mod.ts";
import type { HnsEnvironment } from "./config.ts";
import { LOAD_BALANCER_FLAGS } from "./documents.ts";
import {
  DISTRIBUTION_RULES,
  DSR_RULES,
  ENDPOINT_CHOICE_RULES,
  type EndpointChoice,
  type LoadBalancerFacts,
  type LoadBalancerKind,
  PORT_FLAG_RULES,
  SOURCE_VIP_RULES,
  TARGET_PORT_RULES,
} from "./load_balancer_rules.ts";
import type { Contribution, WantedLoadBalancer } from "./spec.ts";
import { ENDPOINT_LIMIT, isExternalLocal, SUPPORT_RULES } from "./support_rules.ts";

/** The annotation that keeps the frontend's address as destination, as kube-proxy reads it. */
export const PRESERVE_ANNOTATION = "preserve-destination";

const NOTHING: Contribution = { loadBalancers: [], serviceVips: [], findings: [] };

/** What a service port needs, and what of it is not as asked. */
export function contributionOf(entry: ServicePortView, env: HnsEnvironment): Contribution {
  const preserve = entry.annotations[PRESERVE_ANNOTATION] === "true";
  const noted: Noted = { mixedPorts: false, tooMany: false, hostNetwork: false };
  const skip = SUPPORT_RULES.find((row) =>
    row.skips && row.when({ entry, env, preserve, ...noted })
  );
  if (skip !== undefined) return { ...NOTHING, findings: [{ rule: skip.rule, why: skip.why }] };
  const builder = builderOf(entry, env, preserve, noted);
  const loadBalancers: WantedLoadBalancer[] = [];
  for (const frontend of entry.frontends) {
    const wanted = builder(frontend.kind, frontend);
    if (wanted !== null) loadBalancers.push(wanted);
    const probes = healthCheckOf(frontend, entry, env);
    const check = probes === null ? null : builder("HealthCheck", probes);
    if (check !== null) loadBalancers.push(check);
  }
  return {
    loadBalancers,
    serviceVips: env.network.overlay
      ? entry.frontends.flatMap((each) => each.kind === "ClusterIP" ? [each.ip] : [])
      : [],
    findings: SUPPORT_RULES
      .filter((row) => row.when({ entry, env, preserve, ...noted }))
      .map(({ rule, why }) => ({ rule, why })),
  };
}

/** What shows only while load balancers are put together. */
interface Noted {
  mixedPorts: boolean;
  tooMany: boolean;
  hostNetwork: boolean;
}

type Builder = (kind: LoadBalancerKind, frontend: Frontend) => WantedLoadBalancer | null;

/** Makes the load balancers of one service port. */
function builderOf(
  entry: ServicePortView,
  env: HnsEnvironment,
  preserve: boolean,
  noted: Noted,
): Builder {
  const sourceVip = sourceVipOf(entry, env);
  const first = goesFirst(entry);
  const facts: Omit<LoadBalancerFacts, "kind"> = {
    externalLocal: isExternalLocal(entry),
    preserve,
    affinity: entry.sessionAffinity !== null,
    enableDsr: env.config.enableDsr,
    canDsr: env.features.has("dsr"),
    canAffinity: env.features.has("session-affinity"),
  };
  return (kind, frontend) => {
    const input: LoadBalancerFacts = { ...facts, kind };
    const choice = decide(ENDPOINT_CHOICE_RULES, input);
    const usable = usableOf(chosenOf(entry.endpoints, choice.value), env, noted);
    const target = targetOf(usable, noted);
    const host = choice.value === "host" ? env.rootEndpoint?.id ?? "" : "";
    if (host === "" && target.members.length === 0) return null;
    const dsr = decide(DSR_RULES, input);
    const portFlags = decide(PORT_FLAG_RULES, input);
    const distribution = decide(DISTRIBUTION_RULES, input);
    const protocol = kind === "HealthCheck" ? "TCP" : entry.protocol;
    return {
      key: frontendKey({ protocol, family: entry.family }, frontend),
      kind,
      servicePort: entry.name,
      entry: entry.key,
      first,
      family: entry.family,
      protocol,
      vip: frontend.kind === "NodePort" ? "" : frontend.ip,
      externalPort: frontend.port,
      internalPort: host === "" ? target.port : frontend.port,
      members: host === "" ? target.members : [],
      hostEndpoint: host,
      flags: dsr.value | (entry.family === "IPv6" ? LOAD_BALANCER_FLAGS.ipv6 : 0),
      portFlags: portFlags.value,
      distribution: distribution.value,
      sourceVip: sourceVip.value,
      rules: {
        endpoints: choice.rule,
        port: host === "" ? target.rule : "health-check",
        dsr: dsr.rule,
        portFlags: portFlags.rule,
        distribution: distribution.rule,
        sourceVip: sourceVip.rule,
      },
    };
  };
}

function chosenOf(
  endpoints: readonly EndpointView[],
  choice: EndpointChoice,
): readonly EndpointView[] {
  switch (choice) {
    case "internal":
      return endpoints.filter((each) => each.internal);
    case "external":
      return endpoints.filter((each) => each.external);
    case "cluster":
      return endpoints.filter((each) => each.inCluster);
    case "cluster-local":
      return endpoints.filter((each) => each.local && (each.inCluster || each.inLocal));
    case "host":
      return [];
    default:
      return unreachable(choice);
  }
}

/** The endpoints for which HNS can have an endpoint. */
function usableOf(
  endpoints: readonly EndpointView[],
  env: HnsEnvironment,
  noted: Noted,
): readonly EndpointView[] {
  if (!endpoints.some((each) => isHostNetwork(each, env))) return endpoints;
  noted.hostNetwork = true;
  return endpoints.filter((each) => !isHostNetwork(each, env));
}

function isHostNetwork({ local, ip }: EndpointView, env: HnsEnvironment): boolean {
  return local && ip === env.nodeIp && !env.hasNodeEndpoint;
}

interface Target {
  readonly port: number;
  readonly members: readonly EndpointView[];
  readonly rule: string;
}

/** The one port of a load balancer, and the endpoints that have it. */
function targetOf(endpoints: readonly EndpointView[], noted: Noted): Target {
  const counts = new Map<number, number>();
  for (const { port } of endpoints) counts.set(port, (counts.get(port) ?? 0) + 1);
  const { rule, value } = decide(TARGET_PORT_RULES, { ports: counts.size });
  let port = 0;
  for (const [each, count] of counts) {
    const best = counts.get(port) ?? 0;
    if (count > best || (count === best && each < port)) port = each;
  }
  if (value === "most") noted.mixedPorts = true;
  const same = value === "only" ? endpoints : endpoints.filter((each) => each.port === port);
  if (same.length <= ENDPOINT_LIMIT) return { port, members: same, rule };
  noted.tooMany = true;
  return { port, members: same.slice(0, ENDPOINT_LIMIT), rule };
}

/** One source VIP for all load balancers of the service port, as kube-proxy has it. */
function sourceVipOf(
  entry: ServicePortView,
  { network, config, nodeIp, providerOf }: HnsEnvironment,
): { readonly rule: string; readonly value: string } {
  const outside = network.overlay && entry.endpoints.some((each) => {
    if (each.local || !(each.internal || each.external)) return false;
    const provider = providerOf(each.ip);
    return provider === "" || provider === each.ip;
  });
  const { rule, value } = decide(SOURCE_VIP_RULES, { overlay: network.overlay, outside });
  switch (value) {
    case "none":
      return { rule, value: "" };
    case "node":
      return { rule, value: nodeIp };
    case "vip":
      return { rule, value: config.sourceVip };
    default:
      return unreachable(value);
  }
}

/**
 * The frontend for health probes to a load balancer IP: wanted once for each IP and port, always TCP,
 * while the service has endpoints for traffic from outside.
 */
function healthCheckOf(
  frontend: Frontend,
  entry: ServicePortView,
  { config, rootEndpoint }: HnsEnvironment,
): Frontend | null {
  if (frontend.kind !== "LoadBalancer" || !config.forwardHealthCheckVip) return null;
  if (rootEndpoint === null || !entry.endpoints.some((each) => each.external)) return null;
  const port = entry.healthCheckNodePort || config.healthzPort;
  return port === 0 ? null : { ...frontend, port };
}

/** Without the API server nothing else comes, and without DNS nothing else is found. */
function goesFirst({ namespace, service, port, frontends }: ServicePortView): boolean {
  return (namespace === "default" && service === "kubernetes") ||
    (namespace === "kube-system" &&
      (port.startsWith("dns") || frontends.some((each) => each.port === 53)));
}
