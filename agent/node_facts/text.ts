/**
 * The facts and what follows from them, as people read them. Pure.
 *
 * @module
 */
import type { HnsFacts, NodeFacts, Probed } from "./facts.ts";
import { nodeAddressesOf, type NodeFinding } from "./judge.ts";
import { rangeText } from "./port_ranges.ts";

/** The facts, then the findings, the worst first. */
export function factsText(facts: NodeFacts, findings: readonly NodeFinding[]): string {
  const lines = rowsOf(facts).flatMap(([name, ...values]) =>
    values.map((value, index) => `${(index === 0 ? `${name}:` : "").padEnd(WIDTH)}${value}`)
  );
  const told = findings.map(({ severity, rule, finding, cure }) =>
    `${severity.toUpperCase()} ${rule}: ${finding}\n  cure: ${cure}`
  );
  return `${[...lines, "", ...told.length === 0 ? ["Nothing is missing"] : told].join("\n")}\n`;
}

const WIDTH = 20;

function rowsOf(facts: NodeFacts): readonly (readonly [string, ...string[]])[] {
  const { name, networkName } = facts;
  return [
    ["Node", name],
    ["System", ...say(facts.system, ({ name, release, arch }) => [`${name}, ${release}, ${arch}`])],
    ["Addresses", ...say(facts.interfaces, (all) => [nodeAddressesOf(all).join(", ") || "none"])],
    [
      "Interfaces",
      ...say(
        facts.interfaces,
        (all) => all.map(({ name, mac, addresses }) => `${name}, ${mac}, ${addresses.join(", ")}`),
      ),
    ],
    [
      "HNS",
      ...say(facts.hns, ({ version, features, endpoints, loadBalancers }) => [
        `version ${version} with ${features.join(", ") || "none of the features that count"}`,
        `${endpoints.length} endpoints, ${loadBalancers.all} load balancers, ` +
        `${loadBalancers.withPortBlock} of them with a block of ports`,
      ]),
    ],
    ["Network asked for", networkName ?? "none"],
    ...facts.hns.state !== "found" ? [] : [networksOf(facts.hns.value)],
    ["Source VIP", ...say(facts.sourceVip, ({ ip, why }) => [`${ip ?? "none"}: ${why}`])],
    [
      "Service interface",
      ...say(facts.serviceInterface, ({ name, rule }) => [`${name} (rule ${rule})`]),
    ],
    [
      "Ports",
      ...say(
        facts.ports,
        (all) =>
          all.map(({ of, dynamic, excluded }) =>
            `${of}: ${rangeText(dynamic)} for anybody, ` +
            `${excluded.map(rangeText).join(", ") || "none"} set aside`
          ),
      ),
    ],
    [
      "Other proxies",
      ...say(facts.proxies, (all) => all.map(({ name, pid }) => `${name}, process ${pid}`)),
    ],
  ];
}

function networksOf({ networks }: HnsFacts): readonly [string, ...string[]] {
  const lines = networks.map(({ name, type, id, subnets }) =>
    `${name}, ${type}, ${subnets.join(", ") || "no subnet"}, ${id}`
  );
  return lines.length === 0 ? ["Networks", "none"] : ["Networks", ...lines];
}

/** What was found, or why it was not. */
function say<T>(probed: Probed<T>, text: (value: T) => readonly string[]): readonly string[] {
  switch (probed.state) {
    case "found": {
      const lines = text(probed.value);
      return lines.length === 0 ? ["none"] : lines;
    }
    case "failed":
      return [`not known: ${probed.why}`];
    case "not-here":
      return [`not here: ${probed.why}`];
  }
}
