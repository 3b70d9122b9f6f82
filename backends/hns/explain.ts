/**
 * Why the load balancers of a service are as they are on this node, and what HNS cannot do for it.
 * Pure: the rules' own names and words.
 *
 * @module
 */
import type { Rule, ServicePortView } from "../../core/mod.ts";
import type { HnsConfig } from "./config.ts";
import { contributionOf } from "./desired.ts";
import {
  DISTRIBUTION_RULES,
  DSR_RULES,
  ENDPOINT_CHOICE_RULES,
  PORT_FLAG_RULES,
  SOURCE_VIP_RULES,
  TARGET_PORT_RULES,
} from "./load_balancer_rules.ts";
import { environmentOf, type HnsObservation } from "./observation.ts";
import type { DecidedBy, WantedLoadBalancer } from "./spec.ts";
import { type HnsFinding, SUPPORT_RULES } from "./support_rules.ts";

/** One decision about a load balancer. */
export interface HnsDecision extends HnsFinding {
  /** What was decided. */
  readonly what: keyof DecidedBy;
  /** What it came to. */
  readonly value: string;
}

/** Why a load balancer is as it is. */
export interface HnsBalancerExplanation {
  /** Its frontend: `TCP/10.96.0.10:80`. */
  readonly key: string;
  /** Its kind. */
  readonly kind: string;
  /** The addresses of its endpoints. */
  readonly endpoints: readonly string[];
  /** The decisions. */
  readonly decisions: readonly HnsDecision[];
}

/** What a service port comes to in HNS. */
export interface HnsExplanation {
  /** The service port. */
  readonly name: string;
  /** The protocol. */
  readonly protocol: string;
  /** The family. */
  readonly family: string;
  /** Its load balancers. */
  readonly loadBalancers: readonly HnsBalancerExplanation[];
  /** What is not as asked. */
  readonly findings: readonly HnsFinding[];
  /** Whether the userspace backend beside the kernel has it instead. */
  readonly beside: boolean;
}

const TABLES: Readonly<Record<keyof DecidedBy, readonly Pick<Rule<never>, "name" | "why">[]>> = {
  endpoints: ENDPOINT_CHOICE_RULES,
  port: [
    ...TARGET_PORT_RULES,
    { name: "health-check", why: "probes reach the host on the port that they were sent to" },
  ],
  dsr: DSR_RULES,
  portFlags: PORT_FLAG_RULES,
  distribution: DISTRIBUTION_RULES,
  sourceVip: SOURCE_VIP_RULES,
};

/**
 * Why the load balancers of service ports are as they are; `null` while there is no network.
 *
 * @param isBeside Whether a service port goes to the userspace backend, so that HNS has nothing of it.
 */
export function explainOnHns(
  entries: readonly ServicePortView[],
  observation: HnsObservation,
  config: HnsConfig,
  isBeside: (entry: ServicePortView) => boolean = () => false,
): readonly HnsExplanation[] | null {
  if (observation.network === null) return null;
  const env = environmentOf(config, observation.network, observation);
  return entries.map((entry) => {
    const { name, protocol, family } = entry;
    const beside = isBeside(entry);
    if (beside) return { name, protocol, family, loadBalancers: [], findings: [], beside };
    const { loadBalancers, findings } = contributionOf(entry, env);
    return {
      name,
      protocol,
      family,
      loadBalancers: loadBalancers.map(explained),
      findings,
      beside,
    };
  });
}

/** The explanations as lines of text. */
export function hnsExplanationText(explanations: readonly HnsExplanation[] | null): string {
  if (explanations === null) return "In HNS: nothing yet, the network is not there";
  return explanations.flatMap(({ name, protocol, family, loadBalancers, findings, beside }) => [
    `In HNS: ${name} ${protocol} ${family}`,
    ...loadBalancers.length === 0 ? [`  No load balancer: ${whyNone(findings, beside)}`] : [],
    ...loadBalancers.flatMap(({ key, kind, endpoints, decisions }) => [
      `  ${kind} ${key} → ${endpoints.join(", ")}`,
      ...decisions.map(({ what, value, rule, why }) => `    ${what}: ${value} (${rule}): ${why}`),
    ]),
    ...findings.map(({ rule, why }) => `  not as asked (${rule}): ${why}`),
  ]).join("\n");
}

function whyNone(findings: readonly HnsFinding[], beside: boolean): string {
  if (beside) return "the userspace backend beside the kernel proxies it";
  const skips = SUPPORT_RULES.some((row) =>
    row.skips && findings.some(({ rule }) => rule === row.rule)
  );
  return skips ? "HNS cannot have any for it" : "no frontend has endpoints";
}

function explained(wanted: WantedLoadBalancer): HnsBalancerExplanation {
  const values: Readonly<Record<keyof DecidedBy, string>> = {
    endpoints: String(wanted.members.length || 1),
    port: String(wanted.internalPort),
    dsr: String(wanted.flags & 1),
    portFlags: String(wanted.portFlags),
    distribution: String(wanted.distribution),
    sourceVip: wanted.sourceVip || "none",
  };
  const decisions = WHATS.map((what): HnsDecision => {
    const rule = wanted.rules[what];
    const why = TABLES[what].find((row) => row.name === rule)?.why ?? "";
    return { what, value: values[what], rule, why };
  });
  const { key, kind, members } = wanted;
  return { key, kind, endpoints: members.map(({ ip }) => ip), decisions };
}

const WHATS = ["endpoints", "port", "dsr", "portFlags", "distribution", "sourceVip"] as const;
