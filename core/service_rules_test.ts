/**
 * A case for every rule about Services, slices, addresses and source ranges, and a ledger that fails
 * if one is missing. Where two rules hold, the case shows which goes first.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Json, read, readService, ruleCases, service, slice } from "./_fixtures.ts";
import { parseCidr } from "./ip.ts";
import type { IpFamily } from "./objects.ts";
import {
  ADDRESS_RULES,
  type AddressInput,
  EXTERNAL_POLICY_RULES,
  HEADLESS_LABEL,
  HEALTH_CHECK_RULES,
  PROXY_NAME_LABEL,
  RANGE_RULES,
  type RangeInput,
  SERVICE_RULES,
  type ServiceInput,
  SLICE_RULES,
  type SliceInput,
  SOURCE_RANGES_RULES,
} from "./service_rules.ts";

function serviceInput(spec: Json, labels: Json = {}, families = 1): ServiceInput {
  return { service: readService(service("web", spec, { labels })), families };
}

function sliceInput(family: IpFamily, labels: Json = {}): SliceInput {
  const object = read({ ...slice("web-1", "web"), metadata: { name: "web-1", labels } });
  assert.ok(object.kind === "EndpointSlice");
  return { slice: object, family };
}

function address(given: string, more: Partial<AddressInput> = {}): AddressInput {
  return { given, family: "IPv4", ipMode: "VIP", ...more };
}

function range(given: string): RangeInput {
  return { given, cidr: parseCidr(given), family: "IPv4" };
}

function ranges(...given: readonly string[]) {
  return given.flatMap((text) => parseCidr(text) ?? []);
}

const LOCAL = { externalTrafficPolicy: "Local" };

const LEDGER = [
  ruleCases("SERVICE_RULES", SERVICE_RULES, [
    ["other-proxy", false, serviceInput({}, { [PROXY_NAME_LABEL]: "other" })],
    ["other-proxy", false, serviceInput({}, { [PROXY_NAME_LABEL]: "" })],
    [
      "other-proxy",
      false,
      serviceInput({ clusterIP: "None" }, { [PROXY_NAME_LABEL]: "", [HEADLESS_LABEL]: "" }),
    ],
    ["headless-label", false, serviceInput({}, { [HEADLESS_LABEL]: "" })],
    ["headless-label", false, serviceInput({ clusterIP: "None" }, { [HEADLESS_LABEL]: "false" })],
    ["headless", false, serviceInput({ clusterIP: "None", type: "ExternalName" })],
    ["no-cluster-ip", false, serviceInput({ clusterIP: "" })],
    // only spec.clusterIP is tested, not clusterIPs
    [
      "no-cluster-ip",
      false,
      serviceInput({ clusterIP: null, clusterIPs: ["10.96.0.10"], type: "ExternalName" }),
    ],
    ["external-name", false, serviceInput({ type: "ExternalName" })],
    ["external-name", false, serviceInput({ type: "ExternalName" }, {}, 0)],
    ["no-ip-of-family", false, serviceInput({ ports: [] }, {}, 0)],
    ["no-ports", false, serviceInput({ ports: [] })],
    ["proxied", true, serviceInput({})],
    ["proxied", true, serviceInput({}, { [`${PROXY_NAME_LABEL}s`]: "similar", headless: "" }, 2)],
  ]),
  ruleCases("SLICE_RULES", SLICE_RULES, [
    ["headless-slice", false, sliceInput("IPv4", { [HEADLESS_LABEL]: "" })],
    ["headless-slice", false, sliceInput("IPv6", { [HEADLESS_LABEL]: "", [PROXY_NAME_LABEL]: "" })],
    ["other-proxy-slice", false, sliceInput("IPv4", { [PROXY_NAME_LABEL]: "" })],
    ["other-proxy-slice", false, sliceInput("IPv6", { [PROXY_NAME_LABEL]: "x" })],
    ["other-family", false, sliceInput("IPv6")],
    ["used", true, sliceInput("IPv4")],
    ["used", true, sliceInput("IPv4", { "endpointslice.kubernetes.io/managed-by": "anyone" })],
  ]),
  ruleCases("ADDRESS_RULES", ADDRESS_RULES, [
    ["hostname-only", false, address("")],
    ["hostname-only", false, address("  ")],
    ["hostname-only", false, address("", { ipMode: "Proxy" })],
    ["ip-mode-proxy", false, address("192.0.2.1", { ipMode: "Proxy" })],
    ["ip-mode-proxy", false, address("192.0.2.1", { ipMode: "vip" })],
    ["ip-mode-proxy", false, address("nonsense", { ipMode: "" })],
    ["malformed-ip", false, address("10.0.0.300")],
    ["malformed-ip", false, address(" 192.0.2.1")],
    ["malformed-ip", false, address("192.0.2.1/32")],
    ["malformed-ip", false, address("fe80::1%eth0", { family: "IPv6" })],
    ["other-family-ip", false, address("2001:db8::1")],
    ["other-family-ip", false, address("192.0.2.1", { family: "IPv6" })],
    ["other-family-ip", false, address("::ffff:192.0.2.1", { family: "IPv6" })],
    ["frontend", true, address("192.0.2.1")],
    ["frontend", true, address("::ffff:192.0.2.1")],
    ["frontend", true, address("2001:db8::1", { family: "IPv6" })],
  ]),
  ruleCases("RANGE_RULES", RANGE_RULES, [
    ["empty-range", false, range("")],
    ["malformed-range", false, range("192.0.2.1")],
    ["malformed-range", false, range("10.0.0.0/33")],
    ["malformed-range", false, range("nonsense")],
    ["other-family-range", false, range("2001:db8::/32")],
    ["other-family-range", false, range("::/0")],
    ["range", true, range("192.0.2.0/24")],
    ["range", true, range("0.0.0.0/0")],
  ]),
  ruleCases("SOURCE_RANGES_RULES", SOURCE_RANGES_RULES, [
    ["no-ranges", false, ranges()],
    ["all-sources", false, ranges("0.0.0.0/0")],
    ["all-sources", false, ranges("192.0.2.0/24", "10.0.0.0/0")],
    ["limited", true, ranges("192.0.2.0/24")],
    ["limited", true, ranges("192.0.2.0/24", "0.0.0.0/1", "128.0.0.0/1")],
  ]),
  ruleCases("EXTERNAL_POLICY_RULES", EXTERNAL_POLICY_RULES, [
    ["cluster", "Cluster", serviceInput({ type: "LoadBalancer" }).service],
    ["cluster", "Cluster", serviceInput({ internalTrafficPolicy: "Local" }).service],
    ["local", "Local", serviceInput({ ...LOCAL, type: "NodePort" }).service],
    ["local", "Local", serviceInput({ ...LOCAL, type: "LoadBalancer" }).service],
    ["local-external-ips", "Local", serviceInput({ ...LOCAL, externalIPs: ["192.0.2.1"] }).service],
    // whatever the family and validity of the entry
    ["local-external-ips", "Local", serviceInput({ ...LOCAL, externalIPs: ["nonsense"] }).service],
    ["not-external", "Cluster", serviceInput({ ...LOCAL, externalIPs: [] }).service],
    [
      "not-external",
      "Cluster",
      serviceInput({ ...LOCAL, ports: [{ port: 80, nodePort: 30080 }] }).service,
    ],
    [
      "not-external",
      "Cluster",
      serviceInput({ ...LOCAL, type: "ExternalName", externalIPs: ["192.0.2.1"] }).service,
    ],
  ]),
  ruleCases("HEALTH_CHECK_RULES", HEALTH_CHECK_RULES, [
    ["not-load-balancer", false, serviceInput({ ...LOCAL, type: "NodePort" }).service],
    ["not-load-balancer", false, serviceInput({}).service],
    ["not-local", false, serviceInput({ type: "LoadBalancer" }).service],
    ["health-check", true, serviceInput({ ...LOCAL, type: "LoadBalancer" }).service],
  ]),
];

Deno.test.each(LEDGER.flatMap(({ cases }) => cases))(
  "$table: $rule decides",
  ({ rule, value, decision }) => {
    assert.deepEqual(decision, { rule, value });
  },
);

Deno.test.each(LEDGER)("$table: every rule has a case", ({ names, cases }) => {
  assert.deepEqual([...new Set(cases.map(({ rule }) => rule))], names);
});
