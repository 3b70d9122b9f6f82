import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

const HEAD = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";

Deno.test("readConfig() reads a file that kubeadm wrote", () => {
  const { set, problems, warnings } = readConfig(`${HEAD}bindAddress: 0.0.0.0
bindAddressHardFail: false
clientConnection:
  acceptContentTypes: ""
  burst: 0
  contentType: ""
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
  qps: 0
clusterCIDR: 10.244.0.0/16
configSyncPeriod: 0s
conntrack:
  max: null
  maxPerCore: null
  tcpEstablishedTimeout: null
detectLocal:
  bridgeInterface: ""
enableProfiling: false
featureGates:
  WinDSR: true
  WinOverlay: yes
healthzBindAddress: ""
iptables:
  masqueradeBit: null
  syncPeriod: 1m0s
logging:
  flushFrequency: 5000000000
  options:
    json:
      infoBufferSize: 0
  vmodule:
  - filePattern: proxier*
    verbosity: 5
mode: ""
nodePortAddresses: null
oomScoreAdj: null
resourceContainer: /kube-proxy
udpIdleTimeout: 250ms
winkernel:
  enableDSR: true
  networkName: 'Calico'
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(warnings, [
    "line 14: field conntrack.max is of older versions and has no effect",
    "line 38: field resourceContainer is of older versions and has no effect",
    "line 39: field udpIdleTimeout is of older versions and has no effect",
  ]);
  assert.deepEqual(set, {
    bindAddress: "0.0.0.0",
    bindAddressHardFail: false,
    "clientConnection.acceptContentTypes": "",
    "clientConnection.burst": 0,
    "clientConnection.contentType": "",
    "clientConnection.kubeconfig": "/var/lib/kube-proxy/kubeconfig.conf",
    "clientConnection.qps": 0,
    clusterCIDR: "10.244.0.0/16",
    configSyncPeriod: 0,
    "detectLocal.bridgeInterface": "",
    enableProfiling: false,
    featureGates: { WinDSR: true, WinOverlay: true },
    healthzBindAddress: "",
    "iptables.syncPeriod": 60_000,
    "logging.flushFrequency": 5000,
    "logging.options.json.infoBufferSize": "0",
    "logging.vmodule": [{ filePattern: "proxier*", verbosity: 5 }],
    mode: "",
    "winkernel.enableDSR": true,
    "winkernel.networkName": "Calico",
  });
});

Deno.test("readConfig() reads JSON", () => {
  const { set, problems } = readConfig(JSON.stringify({
    kind: "KubeProxyConfiguration",
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    winkernel: { sourceVip: "10.244.1.2", enableDSR: true },
    nodePortAddresses: ["10.0.0.0/8"],
  }));
  assert.deepEqual(problems, []);
  assert.deepEqual(set, {
    "winkernel.sourceVip": "10.244.1.2",
    "winkernel.enableDSR": true,
    nodePortAddresses: ["10.0.0.0/8"],
  });
});

Deno.test.each([
  {
    text: "bindAdress: 1.2.3.4",
    says: "line 3: bindAdress: unknown field; did you mean bindAddress?",
  },
  {
    text: "winkernel:\n  enableDsr: true",
    says: "line 4: winkernel.enableDsr: unknown field; did you mean winkernel.enableDSR?",
  },
  {
    text: "mode: x\nbindAddress: a\nmode: y",
    says: "line 5: mode: duplicate field: it is set in line 3 already; leave one of them out",
  },
  {
    text: "iptables:\n  syncPeriod: 1s\niptables:\n  syncPeriod: 2s",
    says: "line 5: iptables: duplicate field: it is set in line 3 already; leave one of them out",
  },
  {
    text: "iptables:\n  syncPeriod: 30",
    says:
      "line 4: iptables.syncPeriod: it must be a duration such as 300ms, 5s or 1m30s, where 30 " +
      "is given",
  },
  {
    text: "iptables: {syncPeriod: soon}",
    says:
      'line 3: iptables.syncPeriod: "soon" is not a duration; give one such as 300ms, 5s or 1m30s',
  },
  {
    text: "enableProfiling: 'true'",
    says: 'line 3: enableProfiling: it must be true or false, where "true" is given',
  },
  {
    text: "oomScoreAdj: 1.5",
    says: 'line 3: oomScoreAdj: it must be a whole number, where "1.5" is given',
  },
  {
    text: "clusterCIDR: 10",
    says: "line 3: clusterCIDR: it must be a text, where 10 is given; put it " +
      "into quotes",
  },
  { text: "winkernel: true", says: "line 3: winkernel: it is no map of fields" },
  { text: "mode: {a: 1}", says: "line 3: mode: it must be a single value" },
  {
    text: "nodePortAddresses: primary",
    says: "line 3: nodePortAddresses: it must be a list of texts",
  },
  {
    text: "featureGates:\n  WinDSR: maybe",
    says: 'line 3: featureGates: it must be true or false for "WinDSR" (line 4)',
  },
  {
    text: "mode: [",
    says: /^line \d: it is no YAML or JSON: /,
  },
])("readConfig() tells of $text", ({ text, says }) => {
  const [problem = "", ...more] = readConfig(`${HEAD}${text}\n`).problems;
  assert.deepEqual(more, []);
  if (typeof says === "string") assert.equal(problem, says);
  else assert.match(problem, says);
});

Deno.test("readConfig() tells of all that is wrong at once", () => {
  const { problems } = readConfig("kind: Pod\nmod: x\nconntrack: {minn: 3}\n");
  assert.deepEqual(problems, [
    'line 1: apiVersion: it is "", where "kubeproxy.config.k8s.io/v1alpha1" is right',
    'line 1: kind: it is "Pod", where "KubeProxyConfiguration" is right',
    "line 2: mod: unknown field; did you mean mode?",
    "line 3: conntrack.minn: unknown field; did you mean conntrack.min?",
  ]);
});

Deno.test.each([
  { text: "", says: /no map of fields; begin with "apiVersion: kubeproxy/ },
  { text: "# nothing\n", says: /no map of fields/ },
  { text: "just words", says: /no map of fields/ },
  { text: `${HEAD}---\n${HEAD}`, says: /it has 2 documents, where one is right/ },
  { text: `${HEAD}mode: &m x\nbindAddress: *m\n`, says: /^line 4: .*an alias/ },
])("readConfig() refuses '$text'", ({ text, says }) => {
  assert.match(readConfig(text).problems.join("\n"), says);
});
