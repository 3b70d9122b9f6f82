/**
 * The rule tables of the HNS backend as a page of documentation, so that the page cannot say anything
 * else than the code does.
 *
 * @module
 */
import { FEATURE_TABLE, versionText } from "./features.ts";
import { hex } from "./hns_error.ts";
import { HNS_ERRORS } from "./hresults.ts";
import {
  DISTRIBUTION_RULES,
  DSR_RULES,
  ENDPOINT_CHOICE_RULES,
  PORT_FLAG_RULES,
  SOURCE_VIP_RULES,
  TARGET_PORT_RULES,
} from "./load_balancer_rules.ts";
import { ENDPOINT_OWNER_RULES, LOAD_BALANCER_OWNER_RULES } from "./ownership.ts";
import { SUPPORT_RULES } from "./support_rules.ts";

interface Row {
  readonly name: string;
  readonly why: string;
  readonly then: unknown;
}

const TABLES: readonly {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly Row[];
}[] = [
  {
    title: "Which endpoints a load balancer gets",
    about: "The first row that holds decides. The sets are those of the node's view.",
    rows: ENDPOINT_CHOICE_RULES,
  },
  {
    title: "Direct server return",
    about: "The flag of the load balancer; IPv6 adds 2 to it.",
    rows: DSR_RULES,
  },
  {
    title: "Flags of the port mapping",
    about: "2 is LocalRoutedVIP, 4 UseMux, 8 PreserveDIP, 16 VipExternalIP.",
    rows: PORT_FLAG_RULES,
  },
  {
    title: "Distribution",
    about: "0 is each connection anew, 2 by the client's address.",
    rows: DISTRIBUTION_RULES,
  },
  {
    title: "Source VIP",
    about:
      "One for all load balancers of a service port: none, the node's address, or --source-vip.",
    rows: SOURCE_VIP_RULES,
  },
  {
    title: "Port of the endpoints",
    about: "A load balancer has one port for all of its endpoints.",
    rows: TARGET_PORT_RULES,
  },
  {
    title: "Whose a load balancer is",
    about: "Only ours are changed and deleted.",
    rows: LOAD_BALANCER_OWNER_RULES,
  },
  {
    title: "Whose an endpoint is",
    about: "Only ours are deleted, and only remote ones outside of a clean-up.",
    rows: ENDPOINT_OWNER_RULES,
  },
];

/** The page, in Markdown. */
export function hnsRulesPage(): string {
  const parts = [
    "# Rules of the HNS backend",
    "",
    "Generated from the tables in `backends/hns/` by `tests/hns/rules_page.ts`.",
    "`windlass explain … --backend winkernel` names the same rules for one service.",
  ];
  for (const { title, about, rows } of TABLES) {
    parts.push("", `## ${title}`, "", about, "");
    parts.push(...table(
      ["Rule", "When", "Then"],
      rows.map(({ name, why, then }) => [
        `\`${name}\``,
        why,
        String(then),
      ]),
    ));
  }
  parts.push("", "## What is not as asked", "");
  parts.push("Every row that holds is told, by `plan`, `explain` and the log.", "");
  parts.push(...table(
    ["Rule", "What it means"],
    SUPPORT_RULES.map(({ rule, why }) => [
      `\`${rule}\``,
      why,
    ]),
  ));
  parts.push("", "## Features by version of HNS", "");
  parts.push(...table(
    ["Feature", "Since", "Also", "What it is"],
    FEATURE_TABLE.map((row) => [
      row.feature,
      versionText(row.since),
      row.within.map((from) => `${versionText(from)} to ${from.major}.x`).join(", ") || "–",
      row.why,
    ]),
  ));
  parts.push("", "## Codes of HNS", "");
  parts.push(...table(
    ["Code", "Name", "Why HNS says it", "What helps"],
    HNS_ERRORS.map((row) => [
      `\`${hex(row.code)}\``,
      row.name,
      row.cause,
      row.cure,
    ]),
  ));
  return `${parts.join("\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => [...row[i] ?? ""].length)));
  const line = (row: readonly string[]) =>
    `| ${
      row.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - [...cell].length)).join(" | ")
    } |`;
  const [first = [], ...rest] = cells;
  return [line(first), line(widths.map((width) => "-".repeat(width))), ...rest.map(line)];
}
