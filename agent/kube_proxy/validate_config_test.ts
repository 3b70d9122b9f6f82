import assert from "node:assert/strict";
import { withDefaults } from "./config_defaults.ts";
import type { PartialConfig } from "./fields.ts";
import { CONFIG_RULES, validateConfig } from "./validate_config.ts";

interface Case {
  readonly set: PartialConfig;
  readonly says: readonly string[];
}

function problemsOf(set: PartialConfig): readonly string[] {
  return validateConfig({
    ...withDefaults({}, true),
    ...set,
  });
}

const CIDR = "must be a valid CIDR block (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)";

const CASES: readonly Case[] = [
  { set: {}, says: [] },
  {
    set: { mode: "ipvs" },
    says: [
      'mode: Invalid value: "ipvs": must be userspace or kernelspace, or blank for the ' +
      "platform's own",
    ],
  },
  {
    set: { configSyncPeriod: 0 },
    says: [
      'configSyncPeriod: Invalid value: "0s": must be greater than 0',
    ],
  },
  {
    set: { "iptables.minSyncPeriod": -1000 },
    says: ['iptables.minSyncPeriod: Invalid value: "-1s": must be greater than or equal to 0'],
  },
  {
    set: { "iptables.minSyncPeriod": 60_000 },
    says: [
      'iptables.syncPeriod: Invalid value: "30s": must be greater than or equal to ' +
      "iptables.minSyncPeriod (1m0s)",
    ],
  },
  {
    set: { "ipvs.minSyncPeriod": 60_000 },
    says: [
      'ipvs.syncPeriod: Invalid value: "30s": must be greater than or equal to ipvs.minSyncPeriod (1m0s)',
    ],
  },
  {
    set: { "nftables.minSyncPeriod": 60_000 },
    says: [
      'nftables.syncPeriod: Invalid value: "30s": must be greater than or equal to ' +
      "nftables.minSyncPeriod (1m0s)",
    ],
  },
  {
    set: { "iptables.masqueradeBit": 32 },
    says: [
      "iptables.masqueradeBit: Invalid value: 32: must be within the range [0, 31]",
    ],
  },
  {
    set: { oomScoreAdj: -1001 },
    says: [
      "oomScoreAdj: Invalid value: -1001: must be within the range [-1000, 1000]",
    ],
  },
  {
    set: { bindAddress: "10.0.0.256" },
    says: [
      'bindAddress: Invalid value: "10.0.0.256": must be a valid IP address',
    ],
  },
  { set: { healthzBindAddress: "" }, says: [] },
  { set: { hostnameOverride: " WIN-1.example.com " }, says: [] },
  {
    set: { hostnameOverride: "$(NODE_NAME)" },
    says: [
      'hostnameOverride: Invalid value: "$(NODE_NAME)": must be the name of a Node: letters, ' +
      "digits, '-' and '.'",
    ],
  },
  { set: { healthzBindAddress: "[::]:10256", metricsBindAddress: "[::1]:1" }, says: [] },
  {
    set: { metricsBindAddress: "" },
    says: [
      'metricsBindAddress: Invalid value: "": must be IP:port',
    ],
  },
  {
    set: { healthzBindAddress: "localhost:1" },
    says: [
      'healthzBindAddress: Invalid value: "localhost:1": must be a valid IP address and a port',
    ],
  },
  {
    set: { metricsBindAddress: "127.0.0.1:0" },
    says: [
      'metricsBindAddress: Invalid value: "127.0.0.1:0": must have a port from 1 to 65535',
    ],
  },
  {
    set: { "winkernel.sourceVip": "10.0.0" },
    says: [
      'winkernel.sourceVip: Invalid value: "10.0.0": must be a valid IP address',
    ],
  },
  { set: { clusterCIDR: "10.244.0.0/16,fd00::/48" }, says: [] },
  {
    set: { clusterCIDR: "10.244.0.0/16,10.245.0.0/16" },
    says: [
      'clusterCIDR: Invalid value: "10.244.0.0/16,10.245.0.0/16": only one CIDR allowed or a valid ' +
      "DualStack CIDR (e.g. 10.100.0.0/16,fde4:8dba:82e1::/48)",
    ],
  },
  {
    set: { clusterCIDR: "10.244.0.0" },
    says: [
      `clusterCIDR: Invalid value: "10.244.0.0": ${CIDR}`,
    ],
  },
  { set: { nodePortAddresses: ["primary"] }, says: [] },
  {
    set: { nodePortAddresses: ["primary", "10.0.0.0/8"] },
    says: [
      'nodePortAddresses: Invalid value: ["primary","10.0.0.0/8"]: "primary" must stand alone',
    ],
  },
  {
    set: { nodePortAddresses: ["10.0.0.1"] },
    says: [
      `nodePortAddresses: Invalid value: ["10.0.0.1"]: ${CIDR}`,
    ],
  },
  {
    set: { detectLocalMode: "Magic" },
    says: [
      'detectLocalMode: Invalid value: "Magic": must be ClusterCIDR, NodeCIDR, BridgeInterface, ' +
      "InterfaceNamePrefix or blank",
    ],
  },
  {
    set: { "logging.format": "xml" },
    says: [
      'logging.format: Invalid value: "xml": must be text or json',
    ],
  },
  {
    set: { "logging.format": "json", "logging.vmodule": [{ filePattern: "x", verbosity: 1 }] },
    says: [
      'logging.vmodule: Invalid value: [{"filePattern":"x","verbosity":1}]: goes only with ' +
      "logging.format text",
    ],
  },
  {
    set: { showHiddenMetricsForVersion: "last" },
    says: [
      'showHiddenMetricsForVersion: Invalid value: "last": must be a version such as 1.33',
    ],
  },
  {
    set: { featureGates: { WinDSR: false } },
    says: [
      "featureGates: cannot set feature gate WinDSR to false: it is locked to true",
    ],
  },
  {
    set: { bindAddress: "x", oomScoreAdj: 5000 },
    says: [
      "oomScoreAdj: Invalid value: 5000: must be within the range [-1000, 1000]",
      'bindAddress: Invalid value: "x": must be a valid IP address',
    ],
  },
];

Deno.test.each(CASES.map((each) => ({ ...each, what: JSON.stringify(each.set) })))(
  "validateConfig() on $what",
  ({ set, says }) => {
    assert.deepEqual(problemsOf(set), says.map((each) => `KubeProxyConfiguration.${each}`));
  },
);

Deno.test("every rule has a case that breaks it", () => {
  const config = withDefaults({}, true);
  const unbroken = CONFIG_RULES.filter(({ fields, wrong }) =>
    !CASES.some(({ set }) => fields.some((field) => wrong({ ...config, ...set }, field) !== null))
  );
  assert.deepEqual(unbroken.map(({ name }) => name), []);
});
