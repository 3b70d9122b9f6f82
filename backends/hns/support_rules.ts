/**
 * What the kernel backend cannot do for a service port, or does otherwise than asked: the rule
 * table. All rows that hold are told, in `plan`, `explain` and the log; the userspace backend can do
 * what is missing here (`--userspace-services`).
 *
 * @module
 */
import type { ServicePortView } from "../../core/mod.ts";
import type { HnsEnvironment } from "./config.ts";

/** HNS takes no more endpoints than this in one load balancer. */
export const ENDPOINT_LIMIT = 1024;

/** What the table looks at. */
export interface SupportFacts {
  /** The service port. */
  readonly entry: ServicePortView;
  /** The node and its network. */
  readonly env: HnsEnvironment;
  /** Whether annotation `preserve-destination` asks for it. */
  readonly preserve: boolean;
  /** Whether a load balancer's endpoints have several ports. */
  readonly mixedPorts: boolean;
  /** Whether a load balancer has more endpoints than HNS takes. */
  readonly tooMany: boolean;
  /** Whether an endpoint is the node's own address, on this node. */
  readonly hostNetwork: boolean;
}

/** Something that is not as asked. */
export interface HnsFinding {
  /** The rule that found it. */
  readonly rule: string;
  /** What it means, in words. */
  readonly why: string;
}

/** One row of the table. */
export interface SupportRule extends HnsFinding {
  /** Whether nothing of the service port is programmed for it. */
  readonly skips: boolean;
  /** Whether it holds. */
  readonly when: (facts: SupportFacts) => boolean;
}

function support(
  rule: string,
  why: string,
  when: SupportRule["when"],
  skips = false,
): SupportRule {
  return { rule, why, when, skips };
}

/** What is not as asked; every row that holds counts. */
export const SUPPORT_RULES: readonly SupportRule[] = [
  support(
    "ipv6-on-overlay",
    "overlay networks of Windows carry no IPv6: the IPv6 addresses of the service are not served",
    ({ entry, env }) => entry.family === "IPv6" && env.network.overlay,
    true,
  ),
  support(
    "no-dual-stack",
    "this HNS has no IPv6 load balancers (11.10 has): the IPv6 addresses are not served",
    ({ entry, env }) => entry.family === "IPv6" && !env.features.has("dual-stack"),
    true,
  ),
  support(
    "no-affinity",
    "this HNS has no session affinity (12.0, Server 2022, has): each connection goes anywhere",
    ({ entry, env }) => entry.sessionAffinity !== null && !env.features.has("session-affinity"),
  ),
  support(
    "affinity-timeout",
    "HNS keeps a client with its endpoint without a time limit: timeoutSeconds is not followed",
    ({ entry, env }) => entry.sessionAffinity !== null && env.features.has("session-affinity"),
  ),
  support(
    "source-ranges",
    "HNS cannot filter by the client's address: loadBalancerSourceRanges are not followed",
    ({ entry }) =>
      entry.sourceRanges.length > 0 && entry.frontends.some(({ kind }) => kind === "LoadBalancer"),
  ),
  support(
    "local-without-dsr",
    "externalTrafficPolicy: Local needs DSR, which this HNS has not: all endpoints are used and the " +
      "client's address is lost",
    ({ entry, env }) => isExternalLocal(entry) && !env.features.has("dsr"),
  ),
  support(
    "preserve-without-dsr",
    "preserve-destination needs DSR, which this HNS has not: it is not followed",
    ({ preserve, env }) => preserve && !env.features.has("dsr"),
  ),
  support(
    "dsr-unsupported",
    "--enable-dsr is set, but this HNS has no DSR: replies pass the load balancer",
    ({ env }) => env.config.enableDsr && !env.features.has("dsr"),
  ),
  support(
    "mixed-target-ports",
    "endpoints have different ports, and HNS has one for all of a load balancer: those with another " +
      "port than most get no traffic",
    ({ mixedPorts }) => mixedPorts,
  ),
  support(
    "too-many-endpoints",
    `HNS takes ${ENDPOINT_LIMIT} endpoints at most: the others get no traffic`,
    ({ tooMany }) => tooMany,
  ),
  support(
    "host-network-endpoint",
    "an endpoint is this node's own address, for which HNS has no endpoint: it gets no traffic from " +
      "this node",
    ({ hostNetwork }) => hostNetwork,
  ),
  support(
    "no-root-endpoint",
    "--forward-healthcheck-vip is set, but no endpoint has the name of --root-hnsendpoint-name: " +
      "health probes to load balancer IPs are not answered",
    ({ entry, env }) =>
      env.config.forwardHealthCheckVip && env.rootEndpoint === null &&
      entry.frontends.some(({ kind }) => kind === "LoadBalancer"),
  ),
];

/** Whether a policy of Local for traffic from outside is in force and has a meaning. */
export function isExternalLocal(entry: ServicePortView): boolean {
  return entry.externalTrafficPolicy === "Local" &&
    entry.frontends.some(({ kind }) => kind !== "ClusterIP");
}
