import assert from "node:assert/strict";
import { decide, type Rule } from "../../core/mod.ts";
import {
  DISTRIBUTION_RULES,
  DSR_RULES,
  ENDPOINT_CHOICE_RULES,
  type LoadBalancerFacts,
  PORT_FLAG_RULES,
  SOURCE_VIP_RULES,
  TARGET_PORT_RULES,
} from "./load_balancer_rules.ts";

const PLAIN: LoadBalancerFacts = {
  kind: "ClusterIP",
  externalLocal: false,
  preserve: false,
  affinity: false,
  enableDsr: false,
  canDsr: true,
  canAffinity: true,
};

const LOCAL = { externalLocal: true };
const PRESERVE = { preserve: true };
const OLD = { canDsr: false };

/** What each kind comes to, by hns.md §3.5 and §3.6. */
Deno.test.each(
  [
    { facts: {}, choice: "internal", dsr: 0, flags: 0 },
    { facts: { enableDsr: true }, choice: "internal", dsr: 1, flags: 0 },
    { facts: { enableDsr: true, ...OLD }, choice: "internal", dsr: 0, flags: 0 },
    { facts: { ...LOCAL, ...PRESERVE }, choice: "internal", dsr: 0, flags: 0 },
    { facts: { kind: "NodePort" }, choice: "external", dsr: 0, flags: 18 },
    { facts: { kind: "NodePort", enableDsr: true }, choice: "external", dsr: 0, flags: 18 },
    { facts: { kind: "NodePort", ...LOCAL }, choice: "external", dsr: 1, flags: 18 },
    { facts: { kind: "NodePort", ...LOCAL, ...OLD }, choice: "cluster", dsr: 0, flags: 18 },
    { facts: { kind: "NodePort", ...PRESERVE }, choice: "cluster-local", dsr: 0, flags: 18 },
    { facts: { kind: "ExternalIP" }, choice: "external", dsr: 0, flags: 16 },
    { facts: { kind: "ExternalIP", ...LOCAL }, choice: "external", dsr: 1, flags: 16 },
    { facts: { kind: "ExternalIP", ...PRESERVE }, choice: "external", dsr: 0, flags: 16 },
    { facts: { kind: "LoadBalancer" }, choice: "external", dsr: 0, flags: 16 },
    { facts: { kind: "LoadBalancer", ...LOCAL }, choice: "external", dsr: 1, flags: 16 },
    { facts: { kind: "LoadBalancer", ...PRESERVE }, choice: "cluster-local", dsr: 1, flags: 28 },
    { facts: { kind: "LoadBalancer", ...PRESERVE, ...OLD }, choice: "external", dsr: 0, flags: 16 },
    { facts: { kind: "HealthCheck", ...LOCAL, enableDsr: true }, choice: "host", dsr: 0, flags: 0 },
    { facts: { kind: "HealthCheck", ...PRESERVE }, choice: "host", dsr: 0, flags: 12 },
  ] as const,
)("a load balancer with $facts gets $choice endpoints, DSR $dsr, flags $flags", (each) => {
  const facts = { ...PLAIN, ...each.facts };
  assert.equal(decide(ENDPOINT_CHOICE_RULES, facts).value, each.choice);
  assert.equal(decide(DSR_RULES, facts).value, each.dsr);
  assert.equal(decide(PORT_FLAG_RULES, facts).value, each.flags);
});

Deno.test.each(
  [
    { facts: {}, distribution: 0, rule: "none" },
    { facts: { affinity: true }, distribution: 2, rule: "client-ip" },
    { facts: { affinity: true, canAffinity: false }, distribution: 0, rule: "no-affinity" },
    { facts: { affinity: true, kind: "HealthCheck" }, distribution: 0, rule: "health-check" },
  ] as const,
)("clients with $facts are spread by $rule", ({ facts, distribution, rule }) => {
  assert.deepEqual(decide(DISTRIBUTION_RULES, { ...PLAIN, ...facts }), {
    rule,
    value: distribution,
  });
});

Deno.test.each(
  [
    { overlay: false, outside: true, rule: "not-overlay", value: "none" },
    { overlay: true, outside: true, rule: "node-ip", value: "node" },
    { overlay: true, outside: false, rule: "source-vip", value: "vip" },
  ] as const,
)("overlay $overlay, endpoints outside $outside: source VIP by $rule", (each) => {
  const { rule, value, ...facts } = each;
  assert.deepEqual(decide(SOURCE_VIP_RULES, facts), { rule, value });
});

Deno.test("every table ends in a row that always holds, and no name stands twice in one", () => {
  const tables: readonly (readonly Rule<never>[])[] = [
    ENDPOINT_CHOICE_RULES,
    DSR_RULES,
    PORT_FLAG_RULES,
    DISTRIBUTION_RULES,
    SOURCE_VIP_RULES,
    TARGET_PORT_RULES,
  ];
  for (const table of tables) {
    const names = table.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, names.join());
    assert.match(String(table.at(-1)?.when), /^\(\)\s*=>\s*true$/, names.join());
  }
});

Deno.test("every rule decides some case", () => {
  const kinds = ["ClusterIP", "NodePort", "ExternalIP", "LoadBalancer", "HealthCheck"] as const;
  const seen = new Set<string>();
  for (const kind of kinds) {
    for (let bits = 0; bits < 64; bits++) {
      const bit = (n: number) => (bits & (1 << n)) !== 0;
      const facts: LoadBalancerFacts = {
        kind,
        externalLocal: bit(0),
        preserve: bit(1),
        affinity: bit(2),
        enableDsr: bit(3),
        canDsr: bit(4),
        canAffinity: bit(5),
      };
      seen.add(`endpoints ${decide(ENDPOINT_CHOICE_RULES, facts).rule}`);
      seen.add(`dsr ${decide(DSR_RULES, facts).rule}`);
      seen.add(`flags ${decide(PORT_FLAG_RULES, facts).rule}`);
      seen.add(`distribution ${decide(DISTRIBUTION_RULES, facts).rule}`);
    }
  }
  for (
    const [what, table] of [["endpoints", ENDPOINT_CHOICE_RULES], ["dsr", DSR_RULES], [
      "flags",
      PORT_FLAG_RULES,
    ], ["distribution", DISTRIBUTION_RULES]] as const
  ) {
    for (const { name } of table) assert(seen.has(`${what} ${name}`), `${what} ${name}`);
  }
});
