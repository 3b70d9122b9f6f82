import assert from "node:assert/strict";
import { effectiveConfig } from "./effective.ts";
import { notesOn } from "./notes.ts";
import { readLine } from "./read_line.ts";
import { translate } from "./translate.ts";
import type { ProxyMode } from "./validate_config.ts";

function said(mode: ProxyMode, ...args: readonly string[]) {
  const line = readLine(args);
  const effective = effectiveConfig(line, null, true);
  return {
    flags: translate(effective.config, line, mode),
    notes: notesOn(line, effective).map(({ severity, text }) => `${severity} ${text}`),
  };
}

/** Flags that every command line gets, whatever is asked for. */
const ALWAYS = ["--min-sync-period=1s", "--v=0", "--log-format=text"];

Deno.test("kube-proxy's defaults are said, too: Windlass' own may be others", () => {
  const { flags, notes } = said("userspace", "--proxy-mode=userspace");
  assert.deepEqual(ALWAYS.filter((flag) => !flags.includes(flag)), []);
  assert.deepEqual(notes, []);
});

Deno.test.each([
  { args: ["--kubeconfig=C:/k/config"], flags: ["--kubeconfig=C:/k/config"] },
  { args: ["--master=https://10.0.0.1:6443"], flags: ["--server=https://10.0.0.1:6443"] },
  { args: ["--hostname-override=N1"], flags: ["--hostname-override=n1"] },
  { args: ["--iptables-min-sync-period=1m30s"], flags: ["--min-sync-period=1m30s"] },
  { args: ["--v=99"], flags: ["--v=10"] },
  { args: ["--logging-format=json"], flags: ["--log-format=json"] },
  { args: ["--vmodule=a*=4,b=2"], flags: ["--vmodule=a*=4,b=2"] },
  { args: ["--once", "--drain-timeout=5s"], flags: ["--once", "--drain-timeout=5s"] },
  {
    args: ["--nodeport-addresses=10.0.0.0/8,fd00::/64"],
    flags: ["--nodeport-addresses=10.0.0.0/8,fd00::/64"],
  },
  { args: ["--skip-headers"], flags: ["--skip-headers"] },
  {
    args: ["--log-dir=c:/var/log/kube-proxy", "--logtostderr=false", "--alsologtostderr"],
    flags: [
      "--log-dir=c:/var/log/kube-proxy",
      "--log-file-max-size=1800",
      "--logtostderr=true",
      "--stderrthreshold=error",
    ],
  },
  {
    args: ["--log-file=x.log", "--logtostderr=false", "--stderrthreshold=1"],
    flags: ["--log-file=x.log", "--logtostderr=false", "--stderrthreshold=warning"],
  },
])("$args becomes $flags", ({ args, flags }) => {
  const given = said("userspace", ...args).flags;
  assert.deepEqual(flags.filter((flag) => !given.includes(flag)), [], given.join(" "));
});

Deno.test("as with klog, no files are written without --logtostderr=false, and that is told", () => {
  const { flags, notes } = said("userspace", "--proxy-mode=userspace", "--log-dir=x");
  assert.deepEqual(flags.filter((flag) => flag.startsWith("--log-dir")), []);
  assert.deepEqual(notes, [
    "warn Without --logtostderr=false no log files are written, as with klog: --log-dir",
  ]);
});

Deno.test("--logtostderr=false without a place for files loses nothing", () => {
  const { flags, notes } = said("userspace", "--proxy-mode=userspace", "--logtostderr=false");
  assert.deepEqual(flags.filter((flag) => flag.startsWith("--logtostderr")), []);
  assert.match(notes.join("\n"), /the log stays here/);
});

Deno.test("flags that do nothing are told, one line for each reason", () => {
  const { notes } = said(
    "userspace",
    "--proxy-mode=userspace",
    "--iptables-masquerade-bit=14",
    "--ipvs-scheduler=rr",
    "--kube-api-qps=50",
    "--udp-timeout=250ms",
    "--feature-gates=IPv6DualStack=true,TopologyAwareHints=true",
  );
  assert.deepEqual(notes, [
    "warn Flag --udp-timeout is deprecated: windlass has --udp-idle-timeout",
    "info Flags of other platforms, accepted and ignored: --iptables-masquerade-bit, " +
    "--ipvs-scheduler",
    "info Flags that have nothing to act on here: --kube-api-qps, --udp-timeout",
    "warn Feature gate IPv6DualStack is not known and has no effect",
  ]);
});

Deno.test("of a file, the fields that do nothing are told in one line, defaults not among them", () => {
  const line = readLine(["--config=config.conf"]);
  const file = {
    "clusterCIDR": "10.244.0.0/16",
    "conntrack.maxPerCore": 32_768,
    "ipvs.strictARP": true,
    "iptables.syncPeriod": 0,
    "winkernel.enableDSR": true,
  };
  assert.deepEqual(notesOn(line, effectiveConfig(line, file, true)), [
    { severity: "info", text: "Fields that have no effect here: clusterCIDR, ipvs.strictARP" },
  ]);
});

Deno.test("what profiling does not do is told, whether a flag or a file asks for it", () => {
  const { notes } = said("userspace", "--proxy-mode=userspace", "--profiling");
  const line = readLine(["--config=config.conf"]);
  const ofFile = notesOn(line, effectiveConfig(line, { enableProfiling: true }, true));
  for (const note of [notes.join("\n"), ofFile.map(({ text }) => `warn ${text}`).join("\n")]) {
    assert.match(
      note,
      /^warn With profiling on, "PUT .debug.flags.v" .*nothing under .debug.pprof/,
    );
  }
});

Deno.test("node port addresses may be primary, and the bind address says which that is", () => {
  const args = [
    "--proxy-mode=userspace",
    "--nodeport-addresses=primary",
    "--bind-address=10.0.0.5",
  ];
  const { flags, notes } = said("userspace", ...args);
  assert.deepEqual(flags.filter((flag) => /^--node(port|-ip)/.test(flag)), [
    "--node-ip=10.0.0.5",
    "--nodeport-addresses=primary",
  ]);
  assert.deepEqual(notes, []);
});

Deno.test("--iptables-min-sync-period counts: it is the period of every mode", () => {
  const { notes } = said("userspace", "--proxy-mode=userspace", "--iptables-min-sync-period=2s");
  assert.deepEqual(notes, []);
});
