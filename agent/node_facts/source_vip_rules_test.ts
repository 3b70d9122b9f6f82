import assert from "node:assert/strict";
import { findSourceVip, type SourceVipContext } from "./source_vip_rules.ts";

const NETWORK = { name: "Calico", type: "Overlay", id: "A1", subnets: ["10.244.1.0/24"] };
const FLANNEL = { ...NETWORK, name: "flannel.4096" };
const SANDBOX = "0123456789abcdef".repeat(4);

function endpoint(name: string, ip: string, networkId = "a1") {
  return { name, networkId, ips: [ip], remote: false };
}

function reservation(ip: string) {
  return { ip, owner: "dummy", path: ip };
}

const NOTHING: SourceVipContext = {
  given: null,
  network: NETWORK,
  endpoints: [],
  reservations: [],
};

Deno.test.each<{ rule: string; change: Partial<SourceVipContext>; ip: string | null }>([
  { rule: "given", change: { given: "10.244.1.9" }, ip: "10.244.1.9" },
  { rule: "not-needed", change: { network: { ...NETWORK, type: "L2Bridge" } }, ip: null },
  {
    rule: "calico-endpoint",
    change: { endpoints: [endpoint("Calico_ep", "10.244.1.2"), endpoint("source-vip", "1.1.1.1")] },
    ip: "10.244.1.2",
  },
  {
    rule: "named-endpoint",
    change: {
      endpoints: [endpoint("Calico_ep", "1.1.1.1", "other"), endpoint("Source-VIP", "10.244.1.3")],
    },
    ip: "10.244.1.3",
  },
  {
    rule: "reserved",
    change: {
      network: FLANNEL,
      reservations: [reservation("10.244.9.9"), reservation("10.244.1.4")],
    },
    ip: "10.244.1.4",
  },
  {
    rule: "missing",
    change: { network: FLANNEL, reservations: [reservation("10.244.9.9")] },
    ip: null,
  },
  { rule: "calico-pending", change: { reservations: [reservation("10.244.1.4")] }, ip: null },
])("rule $rule: $ip", ({ rule, change, ip }) => {
  const found = findSourceVip({ ...NOTHING, ...change });
  assert.deepEqual([found.rule, found.ip, found.problem], [rule, ip, null]);
});

Deno.test.each<{ change: Partial<SourceVipContext>; says: RegExp }>([
  {
    change: { given: "10.244.9.9" },
    says: /in no subnet of network "Calico" \(10\.244\.1\.0\/24\)/,
  },
  {
    change: { given: "10.244.1.9", endpoints: [endpoint("cid-69c0", "10.244.1.9")] },
    says: /a pod has 10\.244\.1\.9 too \(endpoint cid-69c0\)/,
  },
  {
    change: { given: "10.244.1.9", endpoints: [endpoint(`${SANDBOX}_Calico`, "10.244.1.9")] },
    says: /a pod has 10\.244\.1\.9 too/,
  },
])("an address that cannot be right is told: %#", ({ change, says }) => {
  assert.match(findSourceVip({ ...NOTHING, ...change }).problem ?? "", says);
});
