import assert from "node:assert/strict";
import { UsageError } from "../cli/usage_error.ts";
import { readLine } from "./read_line.ts";

Deno.test.each([
  { args: ["--v=4"], set: { "logging.verbosity": 4 } },
  { args: ["-v", "4"], set: { "logging.verbosity": 4 } },
  { args: ["-v4"], set: { "logging.verbosity": 4 } },
  { args: ["--v=1", "-v=2"], set: { "logging.verbosity": 2 } },
  { args: ["--hostname_override", "N1"], set: { hostnameOverride: "N1" } },
  { args: ["--enable-dsr"], set: { "winkernel.enableDSR": true } },
  { args: ["--enable_dsr=F"], set: { "winkernel.enableDSR": false } },
  { args: ["--iptables-sync-period=1m30s"], set: { "iptables.syncPeriod": 90_000 } },
  { args: ["--iptables-min-sync-period", "0"], set: { "iptables.minSyncPeriod": 0 } },
  { args: ["--kube-api-qps=2.5"], set: { "clientConnection.qps": 2.5 } },
  { args: ["--oom-score-adj=-998"], set: { oomScoreAdj: -998 } },
  {
    args: ["--nodeport-addresses=10.0.0.0/8,192.0.2.0/24", "--nodeport-addresses", "fd00::/64"],
    set: { nodePortAddresses: ["10.0.0.0/8", "192.0.2.0/24", "fd00::/64"] },
  },
  {
    args: ["--feature-gates=WinDSR=true,WinOverlay=true", "--feature-gates=WinDSR=1"],
    set: { featureGates: { WinDSR: true, WinOverlay: true } },
  },
  {
    args: ["--vmodule=userspace*=4,sync=2"],
    set: {
      "logging.vmodule": [
        { filePattern: "userspace*", verbosity: 4 },
        { filePattern: "sync", verbosity: 2 },
      ],
    },
  },
  { args: ["--healthz-bind-address="], set: {} },
  { args: ["--nodeport-addresses="], set: { nodePortAddresses: [] } },
  { args: ["", "--v=2", ""], set: { "logging.verbosity": 2 } },
])("readLine() reads $args as kube-proxy does", ({ args, set }) => {
  assert.deepEqual(readLine(args).set, set);
});

Deno.test.each([
  { args: ["-kubeconfig", "x"], says: /Unknown flag -kubeconfig; did you mean --kubeconfig\?/ },
  { args: ["--hostname-overide=n1"], says: /Unknown flag --hostname-overide; did you mean/ },
  {
    args: ["--enable-dsr", "true"],
    says: /Unexpected argument "true"; .* as in --enable-dsr=true/,
  },
  { args: ["--enable-dsr=maybe"], says: /Cannot read flag --enable-dsr: "maybe" is neither true/ },
  { args: ["--v=high"], says: /Cannot read flag --v: "high" is not a whole number/ },
  { args: ["--kubeconfig"], says: /Cannot read flag --kubeconfig: a value is missing/ },
  { args: ["--config-sync-period=15"], says: /"15" is not a duration; give one such as 300ms/ },
  { args: ["--kube-api-qps=fast"], says: /"fast" is not a number/ },
  { args: ["--feature-gates=WinDSR"], says: /"WinDSR" has no value; write WinDSR=true/ },
  { args: ["--feature-gates=WinDSR=yes"], says: /"yes" of "WinDSR" is neither true nor false/ },
  { args: ["--vmodule=sync"], says: /"sync" is not PATTERN=N/ },
  { args: ["start"], says: /Unexpected argument "start"$/ },
  {
    args: ["--hostname-override=$(NODE_NAME)"],
    says: /"\$\(NODE_NAME\)" has \$\(NODE_NAME\), which nobody has expanded/,
  },
  { args: ["--source-vip=%SOURCE_VIP%"], says: /has %SOURCE_VIP%, which nobody has expanded/ },
  { args: ["--hostname-override=$env:NODENAME"], says: /has \$env:NODENAME, which nobody/ },
])("readLine() refuses $args", ({ args, says }) => {
  assert.throws(() => readLine(args), (error: unknown) => {
    assert(error instanceof UsageError);
    assert.match(error.message, says);
    return true;
  });
});

Deno.test("Windlass' own flags are handed on, in order", () => {
  const { windlass, given } = readLine(["--once", "--v=2", "--balancing", "maglev", "--context=a"]);
  assert.deepEqual(windlass, ["--once", "--balancing=maglev", "--context=a"]);
  assert.deepEqual([...given.keys()], ["v"]);
});

Deno.test("--cleanup-iptables is another name of --cleanup", () => {
  assert.equal(readLine(["--cleanup-iptables"]).given.get("cleanup"), true);
});
