import assert from "node:assert/strict";
import { withDefaults } from "./config_defaults.ts";
import { configz } from "./configz.ts";

Deno.test("configz() shows what kube-proxy 1.34 shows of its defaults on Windows", () => {
  assert.deepEqual(configz(withDefaults({}, true)), {
    "kubeproxy.config.k8s.io": {
      Linux: {
        Conntrack: {
          MaxPerCore: 32_768,
          Min: 131_072,
          TCPEstablishedTimeout: "24h0m0s",
          TCPCloseWaitTimeout: "1h0m0s",
          TCPBeLiberal: false,
          UDPTimeout: "0s",
          UDPStreamTimeout: "0s",
        },
        MasqueradeAll: false,
        OOMScoreAdj: -999,
      },
      Windows: { RunAsService: false },
      FeatureGates: {},
      ClientConnection: {
        Kubeconfig: "",
        AcceptContentTypes: "",
        ContentType: "application/vnd.kubernetes.protobuf",
        QPS: 5,
        Burst: 10,
      },
      Logging: {
        format: "text",
        flushFrequency: "5s",
        verbosity: 0,
        options: { text: { infoBufferSize: "0" }, json: { infoBufferSize: "0" } },
      },
      HostnameOverride: "",
      BindAddress: "0.0.0.0",
      HealthzBindAddress: "0.0.0.0:10256",
      MetricsBindAddress: "127.0.0.1:10249",
      BindAddressHardFail: false,
      EnableProfiling: false,
      ShowHiddenMetricsForVersion: "",
      Mode: "kernelspace",
      IPTables: { MasqueradeBit: 14, LocalhostNodePorts: true },
      IPVS: {
        Scheduler: "",
        ExcludeCIDRs: null,
        StrictARP: false,
        TCPTimeout: "0s",
        TCPFinTimeout: "0s",
        UDPTimeout: "0s",
      },
      Winkernel: {
        NetworkName: "",
        SourceVip: "",
        EnableDSR: false,
        RootHnsEndpointName: "cbr0",
        ForwardHealthCheckVip: false,
      },
      NFTables: { MasqueradeBit: 14 },
      DetectLocalMode: "",
      DetectLocal: { BridgeInterface: "", ClusterCIDRs: null, InterfaceNamePrefix: "" },
      NodePortAddresses: null,
      SyncPeriod: "30s",
      MinSyncPeriod: "1s",
      ConfigSyncPeriod: "15m0s",
    },
  });
});

Deno.test("configz() shows what was set where kube-proxy has it", () => {
  const { "kubeproxy.config.k8s.io": shown } = configz(withDefaults({
    "clusterCIDR": "10.244.0.0/16,fd00::/56",
    "iptables.syncPeriod": 60_000,
    "logging.vmodule": [{ filePattern: "sync", verbosity: 4 }],
    "logging.options.text.splitStream": true,
    "nodePortAddresses": ["primary"],
  }, true));
  const { SyncPeriod, NodePortAddresses, DetectLocal, Logging } = Object(shown);
  assert.deepEqual([SyncPeriod, NodePortAddresses], ["1m0s", ["primary"]]);
  assert.deepEqual(DetectLocal.ClusterCIDRs, ["10.244.0.0/16", "fd00::/56"]);
  assert.deepEqual(Logging.vmodule, [{ filePattern: "sync", verbosity: 4 }]);
  assert.equal(Logging.options.text.splitStream, true);
});
