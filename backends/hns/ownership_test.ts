import assert from "node:assert/strict";
import {
  ENDPOINT_OWNER_RULES,
  LOAD_BALANCER_OWNER_RULES,
  type LoadBalancerClues,
  ownerOfEndpoint,
  ownerOfLoadBalancer,
} from "./ownership.ts";
import {
  type HnsEndpoint,
  type HnsPortMapping,
  readEndpoint,
  readLoadBalancer,
} from "./read_documents.ts";
import { podEndpoint } from "./test_node.ts";

const MAPPING: HnsPortMapping = {
  protocol: 6,
  internalPort: 80,
  externalPort: 80,
  distribution: 0,
  flags: 0,
};

function clues(
  parts: Partial<LoadBalancerClues> & {
    readonly mapping?: Partial<HnsPortMapping>;
    readonly vips?: readonly string[];
  },
): LoadBalancerClues {
  const { mapping, vips = ["10.96.0.10"], ...rest } = parts;
  const loadBalancer = readLoadBalancer({ ID: "x" });
  assert(loadBalancer !== null);
  return {
    loadBalancer: { ...loadBalancer, vips, mappings: [{ ...MAPPING, ...mapping }] },
    derivedId: false,
    wanted: false,
    elsewhere: false,
    here: true,
    proxyRemote: false,
    ownSourceVip: false,
    ...rest,
  };
}

const LOAD_BALANCERS = [
  { rule: "derived-id", value: "ours", given: { derivedId: true, elsewhere: true } },
  {
    rule: "other-shape",
    value: "foreign",
    given: { vips: ["10.0.0.1", "10.0.0.2"], wanted: true },
  },
  { rule: "other-shape", value: "foreign", given: { mapping: { flags: 1 }, proxyRemote: true } },
  { rule: "other-shape", value: "foreign", given: { mapping: { flags: 64 }, proxyRemote: true } },
  { rule: "other-network", value: "foreign", given: { elsewhere: true, wanted: true } },
  { rule: "frontend-of-a-service", value: "ours", given: { wanted: true } },
  { rule: "proxy-endpoints", value: "ours", given: { proxyRemote: true } },
  { rule: "proxy-flags", value: "ours", given: { mapping: { flags: 18 } } },
  { rule: "unknown", value: "foreign", given: { mapping: { flags: 18 }, here: false } },
  { rule: "proxy-source-vip", value: "ours", given: { ownSourceVip: true } },
  { rule: "unknown", value: "foreign", given: {} },
] as const;

Deno.test.each(LOAD_BALANCERS)("a load balancer with $given is $value by $rule", (each) => {
  assert.deepEqual(ownerOfLoadBalancer(clues(each.given)), { rule: each.rule, value: each.value });
});

const REMOTE = { Flags: 1, MacAddress: "02-11-0a-f4-03-09" };

const ENDPOINTS = [
  { rule: "other-network", value: "foreign", given: { ...REMOTE, HostComputeNetwork: "other" } },
  { rule: "local", value: "foreign", given: { MacAddress: "02-11-0a-f4-03-09" } },
  {
    rule: "several-addresses",
    value: "foreign",
    given: { ...REMOTE, IpConfigurations: [{ IpAddress: "10.244.3.9" }, { IpAddress: "fd00::9" }] },
  },
  { rule: "made-up-mac", value: "ours", given: REMOTE },
  { rule: "host-mac", value: "ours", given: { Flags: 1, MacAddress: "00-15-5D-65-2A-00" } },
  { rule: "derived-id", value: "ours", given: { Flags: 1, ID: "derived" } },
  { rule: "derived-id", value: "ours", given: { ID: "Derived" } },
  { rule: "unknown", value: "foreign", given: { Flags: 1 } },
] as const;

Deno.test.each(ENDPOINTS)(
  "an endpoint with $given is $value by $rule",
  ({ given, rule, value }) => {
    const endpoint: HnsEndpoint | null = readEndpoint(podEndpoint("10.244.3.9", "ours", given));
    assert(endpoint !== null);
    const decision = ownerOfEndpoint({
      endpoint,
      networkId: "ours",
      hostMac: "00-15-5d-65-2a-00",
      derivedId: () => "derived",
    });
    assert.deepEqual(decision, { rule, value });
  },
);

Deno.test("every rule of ownership has a case", () => {
  const cases = (list: readonly { readonly rule: string }[]) =>
    new Set(list.map(({ rule }) => rule));
  for (const { name } of LOAD_BALANCER_OWNER_RULES) assert(cases(LOAD_BALANCERS).has(name), name);
  for (const { name } of ENDPOINT_OWNER_RULES) assert(cases(ENDPOINTS).has(name), name);
});
