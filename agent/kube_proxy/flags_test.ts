import assert from "node:assert/strict";
import { KUBE_PROXY_FLAGS, windlassFlags } from "./flags.ts";
import { type Kind, valueText } from "./kinds.ts";

/**
 * The flags of kube-proxy 1.34 as `--help` shows them: type and default, by name. Written down by hand,
 * so that the program's own table cannot agree with itself.
 */
const OF_KUBE_PROXY: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  text: {
    "bind-address": "0.0.0.0",
    "cluster-cidr": "",
    "config": "",
    "detect-local-mode": "",
    "healthz-bind-address": "0.0.0.0:10256",
    "hostname-override": "",
    "ipvs-scheduler": "",
    "kube-api-content-type": "application/vnd.kubernetes.protobuf",
    "kubeconfig": "",
    "log-json-info-buffer-size": "0",
    "log-text-info-buffer-size": "0",
    "logging-format": "text",
    "master": "",
    "metrics-bind-address": "127.0.0.1:10249",
    "network-name": "",
    "pod-bridge-interface": "",
    "pod-interface-name-prefix": "",
    "proxy-mode": "",
    "root-hnsendpoint-name": "cbr0",
    "show-hidden-metrics-for-version": "",
    "source-vip": "",
    "version": "",
    "write-config-to": "",
    // klog's, up to 1.25
    "log-backtrace-at": ":0",
    "log-dir": "",
    "log-file": "",
    "stderrthreshold": "ERROR",
  },
  bool: {
    "bind-address-hard-fail": "false",
    "cleanup": "false",
    "conntrack-tcp-be-liberal": "false",
    "enable-dsr": "false",
    "forward-healthcheck-vip": "false",
    "help": "false",
    "init-only": "false",
    "iptables-localhost-nodeports": "true",
    "ipvs-strict-arp": "false",
    "log-json-split-stream": "false",
    "log-text-split-stream": "false",
    "masquerade-all": "false",
    "profiling": "false",
    "windows-service": "false",
    // klog's, up to 1.25
    "add-dir-header": "false",
    "alsologtostderr": "false",
    "logtostderr": "true",
    "one-output": "false",
    "skip-headers": "false",
    "skip-log-headers": "false",
  },
  whole: {
    "conntrack-max-per-core": "32768",
    "conntrack-min": "131072",
    "healthz-port": "10256",
    "iptables-masquerade-bit": "14",
    "kube-api-burst": "10",
    "log-file-max-size": "1800",
    "metrics-port": "10249",
    "oom-score-adj": "-999",
    "v": "0",
  },
  number: { "kube-api-qps": "5" },
  duration: {
    "config-sync-period": "15m0s",
    "conntrack-tcp-timeout-close-wait": "1h0m0s",
    "conntrack-tcp-timeout-established": "24h0m0s",
    "conntrack-udp-timeout": "0s",
    "conntrack-udp-timeout-stream": "0s",
    "iptables-min-sync-period": "1s",
    "iptables-sync-period": "30s",
    "ipvs-min-sync-period": "1s",
    "ipvs-sync-period": "30s",
    "ipvs-tcp-timeout": "0s",
    "ipvs-tcpfin-timeout": "0s",
    "ipvs-udp-timeout": "0s",
    "log-flush-frequency": "5s",
  },
  texts: { "ipvs-exclude-cidrs": "", "nodeport-addresses": "" },
  switches: { "feature-gates": "" },
  levels: { "vmodule": "" },
};

Deno.test("every flag of kube-proxy is in the table, with its type and its default", () => {
  const wrong = Object.entries(OF_KUBE_PROXY).flatMap(([kind, flags]) =>
    Object.entries(flags).flatMap(([name, preset]) => {
      const row = KUBE_PROXY_FLAGS.get(name);
      if (row === undefined) return [`--${name} is missing`];
      const is = `${row.kind} ${valueText(row.default, row.kind)}`;
      return is === `${kind} ${preset}` ? [] : [`--${name} is ${is}, not ${kind} ${preset}`];
    })
  );
  assert.deepEqual(wrong, []);
});

Deno.test("flags that kube-proxy does not have in 1.34 are deprecated, and say what to do", () => {
  const known = Object.values(OF_KUBE_PROXY).flatMap((flags) => Object.keys(flags));
  const nftables = /^nftables-/; // of 1.31 and later builds for Linux
  for (const { name, deprecated } of KUBE_PROXY_FLAGS.values()) {
    if (known.includes(name) || nftables.test(name)) continue;
    assert.ok((deprecated ?? "").length > 0, `--${name}`);
  }
});

Deno.test("every flag that becomes one of Windlass' own has it, in a mode at least", () => {
  const own = new Set([
    ...windlassFlags("userspace").keys(),
    ...windlassFlags("kernelspace").keys(),
  ]);
  const missing = [...KUBE_PROXY_FLAGS.values()].filter(({ to }) =>
    to !== undefined && !own.has(to)
  );
  assert.deepEqual(missing.map(({ name, to }) => `--${name} to --${to}`), []);
});
