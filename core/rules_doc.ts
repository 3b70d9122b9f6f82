/**
 * The rule tables as a page of documentation, so that the page cannot say anything else than the
 * code does.
 *
 * @module
 */
import {
  CLUSTER_ENDPOINT_RULES,
  CLUSTER_SET_RULES,
  HINT_RULES,
  LOCAL_ENDPOINT_RULES,
  LOCAL_SET_RULES,
} from "./endpoint_rules.ts";
import { ROUTE_RULES } from "./route_rules.ts";
import {
  ADDRESS_RULES,
  EXTERNAL_POLICY_RULES,
  HEALTH_CHECK_RULES,
  RANGE_RULES,
  SERVICE_RULES,
  SLICE_RULES,
  SOURCE_RANGES_RULES,
} from "./service_rules.ts";

/** A rule table with its place in the documentation. */
export interface DocumentedTable {
  /** The heading. */
  readonly title: string;
  /** What the table decides, in a sentence or two. */
  readonly about: string;
  /** The rules, in order. */
  readonly rules: readonly {
    /** The rule's name. */
    readonly name: string;
    /** What it means. */
    readonly why: string;
    /** What it decides. */
    readonly then: unknown;
  }[];
}

/** Every rule table of the pipeline, in the order in which they decide. */
export const RULE_TABLES: readonly DocumentedTable[] = [
  {
    title: "Which Services are proxied",
    about: "Decided once for each Service. A Service that is left out is listed under `skipped`.",
    rules: SERVICE_RULES,
  },
  {
    title: "Which addresses become frontends",
    about: "Decided for each external IP and each load balancer ingress entry, for each family.",
    rules: ADDRESS_RULES,
  },
  {
    title: "Which source ranges count",
    about: "Decided for each entry of `loadBalancerSourceRanges`, for each family.",
    rules: RANGE_RULES,
  },
  {
    title: "Who may use the load balancer IPs",
    about: "Decided for the source ranges of a family that count.",
    rules: SOURCE_RANGES_RULES,
  },
  {
    title: "When externalTrafficPolicy Local is in force",
    about: "Decided once for each Service.",
    rules: EXTERNAL_POLICY_RULES,
  },
  {
    title: "Which Services have a health check node port",
    about: "Decided once for each Service.",
    rules: HEALTH_CHECK_RULES,
  },
  {
    title: "Which EndpointSlices are used",
    about: "Decided for each slice of a Service, for each family.",
    rules: SLICE_RULES,
  },
  {
    title: "How the cluster set is chosen",
    about: "Decided for each service port. The cluster set serves traffic whose policy is Cluster.",
    rules: CLUSTER_SET_RULES,
  },
  {
    title: "Why hints are not followed",
    about: "Decided for each service port whose endpoints carry hints; the first row is no reason.",
    rules: HINT_RULES,
  },
  {
    title: "How the local set is chosen",
    about: "Decided for each service port. The local set serves traffic whose policy is Local.",
    rules: LOCAL_SET_RULES,
  },
  {
    title: "Which endpoints are in the cluster set",
    about: "Decided for each endpoint.",
    rules: CLUSTER_ENDPOINT_RULES,
  },
  {
    title: "Which endpoints are in the local set",
    about: "Decided for each endpoint.",
    rules: LOCAL_ENDPOINT_RULES,
  },
  {
    title: "Where a connection goes",
    about: "Decided for each connection; `windlass explain --frontend` answers by this table.",
    rules: ROUTE_RULES,
  },
];

/**
 * The page, in Markdown.
 *
 * @param more Tables of others, which decide after those of the pipeline.
 */
export function rulesPage(more: readonly DocumentedTable[] = []): string {
  const intro = [
    "# The rules",
    "",
    "<!-- Generated from the rule tables by `deno task docs:rules`. Do not edit. -->",
    "",
    "Every decision of Windlass is made by one of these tables. In each, the first rule that holds",
    "decides, and the decision keeps the rule's name: `windlass view` and `windlass explain` print it.",
    "The behaviour is kube-proxy's; where versions differ, that of Kubernetes 1.34 (and of 1.36 for an",
    "endpoint that two slices list).",
  ];
  return [...intro, ...[...RULE_TABLES, ...more].flatMap(section), ""].join("\n");
}

function section({ title, about, rules }: DocumentedTable): readonly string[] {
  const rows = rules.map(({ name, why, then }, i) => [
    String(i + 1),
    name === "" ? "–" : `\`${name}\``,
    escape(why),
    decision(then),
  ]);
  return [
    "",
    `## ${title}`,
    "",
    about,
    "",
    ...markdownTable(["#", "rule", "holds when", "decision"], rows),
  ];
}

/** A table whose columns line up, as `deno fmt` wants it. */
function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

function decision(then: unknown): string {
  if (typeof then === "boolean") return then ? "yes" : "no";
  if (typeof then === "string") return then === "" ? "–" : then;
  return Object.values(then ?? {}).join(", ");
}

function escape(text: string): string {
  return text.replaceAll("|", "\\|");
}
