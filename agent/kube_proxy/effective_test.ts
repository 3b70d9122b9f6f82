import assert from "node:assert/strict";
import { effectiveConfig } from "./effective.ts";
import type { PartialConfig, ProxyConfig } from "./fields.ts";
import { readLine } from "./read_line.ts";

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly file: PartialConfig | null;
  readonly config: Partial<ProxyConfig>;
  readonly overruled?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "without a file, flags count, and the rest has kube-proxy's defaults",
    args: ["--proxy-mode=userspace", "--iptables-min-sync-period=5s"],
    file: null,
    config: {
      mode: "userspace",
      "iptables.minSyncPeriod": 5000,
      "iptables.syncPeriod": 30_000,
      healthzBindAddress: "0.0.0.0:10256",
      metricsBindAddress: "127.0.0.1:10249",
      "winkernel.rootHnsEndpointName": "cbr0",
    },
  },
  {
    name: "a flag may ask for a period of nothing",
    args: ["--iptables-min-sync-period=0"],
    file: null,
    config: { "iptables.minSyncPeriod": 0 },
  },
  {
    name: "an address without a port gets that of the deprecated flag",
    args: ["--healthz-bind-address=10.0.0.1", "--healthz-port=8080"],
    file: null,
    config: { healthzBindAddress: "10.0.0.1:8080" },
  },
  {
    name: "a port of 0 turns the health server off",
    args: ["--healthz-bind-address=10.0.0.1:1", "--healthz-port=0"],
    file: null,
    config: { healthzBindAddress: "" },
  },
  {
    name: "the flag --bind-address does not move the servers",
    args: ["--bind-address=fd00::1"],
    file: null,
    config: { healthzBindAddress: "0.0.0.0:10256" },
  },
  {
    name: "a node's name from the flag is kept as it is used",
    args: ["--hostname-override= WIN-Node1 "],
    file: null,
    config: { hostnameOverride: "win-node1" },
  },
  {
    name: "with a file, flags do not count",
    args: ["--proxy-mode=kernelspace", "--feature-gates=WinDSR=true", "--kubeconfig=x"],
    file: { mode: "userspace" },
    config: { mode: "userspace", featureGates: {}, "clientConnection.kubeconfig": "" },
    overruled: ["proxy-mode", "feature-gates", "kubeconfig"],
  },
  {
    name: "with a file, the node's name and the log's flags count all the same",
    args: ["--hostname-override=n1", "--v=4", "--logging-format=json", "--log-dir=x"],
    file: { hostnameOverride: "n2", "logging.verbosity": 2, "iptables.syncPeriod": 5000 },
    config: {
      hostnameOverride: "n1",
      "logging.verbosity": 4,
      "logging.format": "json",
      "iptables.syncPeriod": 5000,
    },
  },
  {
    name: "in a file, zeroes stand for the defaults",
    args: [],
    file: {
      "iptables.minSyncPeriod": 0,
      configSyncPeriod: 0,
      bindAddress: "",
      healthzBindAddress: "",
      "logging.format": "",
    },
    config: {
      "iptables.minSyncPeriod": 1000,
      configSyncPeriod: 900_000,
      bindAddress: "0.0.0.0",
      healthzBindAddress: "0.0.0.0:10256",
      "logging.format": "text",
    },
  },
  {
    name: "in a file, what is a pointer keeps its zero",
    args: [],
    file: { "iptables.masqueradeBit": 0, oomScoreAdj: 0, "iptables.localhostNodePorts": false },
    config: { "iptables.masqueradeBit": 0, oomScoreAdj: 0, "iptables.localhostNodePorts": false },
  },
  {
    name: "in a file, an IPv6 bindAddress moves the servers to IPv6",
    args: [],
    file: { bindAddress: "::" },
    config: { healthzBindAddress: "[::]:10256", metricsBindAddress: "[::1]:10249" },
  },
  {
    name: "in a file, an address without a port gets kube-proxy's",
    args: [],
    file: { healthzBindAddress: "10.0.0.1", metricsBindAddress: "::1" },
    config: { healthzBindAddress: "10.0.0.1:10256", metricsBindAddress: "[::1]:10249" },
  },
];

Deno.test.each(CASES)("$name", ({ args, file, config: expected, overruled: names = [] }) => {
  const { config, overruled } = effectiveConfig(readLine(args), file, true);
  const actual = Object.fromEntries(Object.entries(config).filter(([key]) => key in expected));
  assert.deepEqual(actual, expected);
  assert.deepEqual(overruled, names);
});

Deno.test("the mode of a platform that is not Windows is userspace", () => {
  const { config } = effectiveConfig(readLine([]), null, false);
  assert.equal(config.mode, "userspace");
  assert.equal(config["winkernel.rootHnsEndpointName"], "");
});
