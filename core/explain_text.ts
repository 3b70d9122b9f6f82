/**
 * An explanation in words, for a terminal.
 *
 * @module
 */
import type { EndpointExplanation, Explanation, ServicePortExplanation } from "./explain.ts";

/** The explanation as lines of text, without a newline at the end. */
export function explanationText(explanation: Explanation): string {
  const { node, service, skipped } = explanation;
  const lines = [`Service ${service}, as node ${node.name} sees it`];
  if (!node.known) {
    lines.push(`  The API does not know this node (yet), so it has no zone`);
  } else lines.push(`  Zone: ${node.zone === "" ? "none" : node.zone}`);
  if (skipped !== null) lines.push(`  Not proxied (${skipped.rule}): ${skipped.why}`);
  for (const port of explanation.servicePorts) lines.push("", ...portLines(port));
  return lines.join("\n");
}

function portLines(port: ServicePortExplanation): readonly string[] {
  const lines = [`${port.name} ${port.protocol} ${port.family}`];
  lines.push("  Reached at");
  for (const { kind, address, policy, rule, endpoints } of port.frontends) {
    const count = endpoints.length === 1 ? "1 endpoint" : `${endpoints.length} endpoints`;
    lines.push(`    ${kind} ${address} → ${count} (${rule}, policy ${policy})`);
  }
  for (const { kind, value, rule, why } of port.dropped) {
    lines.push(`    not at ${kind} "${value}" (${rule}): ${why}`);
  }
  if (port.sourceRanges.ranges.length > 0) {
    lines.push(`    load balancer IPs only for ${port.sourceRanges.ranges.join(", ")}`);
  }
  lines.push(`  Cluster set (${port.clusterSet.rule}): ${port.clusterSet.why}`);
  lines.push(`  Local set (${port.localSet.rule}): ${port.localSet.why}`);
  lines.push(port.endpoints.length === 0 ? "  No endpoints" : "  Endpoints");
  for (const endpoint of port.endpoints) lines.push(...endpointLines(endpoint));
  if (port.problems.length > 0) lines.push("  Problems");
  for (const problem of port.problems) lines.push(`    ${problem}`);
  return lines;
}

function endpointLines(endpoint: EndpointExplanation): readonly string[] {
  const { address, node, zone, conditions, internal, external } = endpoint;
  const place = [node === "" ? "node unknown" : `node ${node}`, zone === "" ? "" : `zone ${zone}`];
  const facts = [...place, ...conditions].filter((fact) => fact !== "").join(", ");
  const use = (used: boolean) => used ? "used" : "not used";
  return [
    `    ${address} (${facts})`,
    `      internal: ${use(internal.used)} (${internal.rule}): ${internal.why}`,
    `      external: ${use(external.used)} (${external.rule}): ${external.why}`,
  ];
}
