/**
 * kube-proxy's flags of other platforms, of other modes and of older versions: they stand in scripts
 * that are shared by all nodes, so they are accepted, checked, and do nothing.
 *
 * @module
 */
import { alone, type KubeProxyFlag, type RowExtras, sets } from "./flag_row.ts";
import type { FieldPath } from "./fields.ts";

/** The flags. */
export const PLATFORM_FLAGS: readonly KubeProxyFlag[] = [
  elsewhere("iptables-localhost-nodeports", "iptables.localhostNodePorts"),
  elsewhere("iptables-masquerade-bit", "iptables.masqueradeBit"),
  elsewhere("masquerade-all", "iptables.masqueradeAll"),
  elsewhere("ipvs-exclude-cidrs", "ipvs.excludeCIDRs"),
  elsewhere("ipvs-min-sync-period", "ipvs.minSyncPeriod", { default: 1000 }),
  elsewhere("ipvs-scheduler", "ipvs.scheduler"),
  elsewhere("ipvs-strict-arp", "ipvs.strictARP"),
  elsewhere("ipvs-sync-period", "ipvs.syncPeriod"),
  elsewhere("ipvs-tcp-timeout", "ipvs.tcpTimeout"),
  elsewhere("ipvs-tcpfin-timeout", "ipvs.tcpFinTimeout"),
  elsewhere("ipvs-udp-timeout", "ipvs.udpTimeout"),
  elsewhere("nftables-masquerade-all", "nftables.masqueradeAll"),
  elsewhere("nftables-masquerade-bit", "nftables.masqueradeBit"),
  elsewhere("nftables-min-sync-period", "nftables.minSyncPeriod"),
  elsewhere("nftables-sync-period", "nftables.syncPeriod"),
  elsewhere("conntrack-max-per-core", "conntrack.maxPerCore"),
  elsewhere("conntrack-min", "conntrack.min"),
  elsewhere("conntrack-tcp-be-liberal", "conntrack.tcpBeLiberal"),
  elsewhere("conntrack-tcp-timeout-close-wait", "conntrack.tcpCloseWaitTimeout"),
  elsewhere("conntrack-tcp-timeout-established", "conntrack.tcpEstablishedTimeout"),
  elsewhere("conntrack-udp-timeout", "conntrack.udpTimeout"),
  elsewhere("conntrack-udp-timeout-stream", "conntrack.udpStreamTimeout"),
  elsewhere("oom-score-adj", "oomScoreAdj"),
  elsewhere("proxy-port-range", "portRange", {
    deprecated: "kube-proxy has not had it since the userspace mode left it",
  }),
  former("azure-container-registry-config"),
  former("boot-id-file"),
  former("machine-id-file"),
  former("resource-container"),
  former("udp-timeout", "windlass has --udp-idle-timeout"),
  alone("cleanup-ipvs", ["bool", true], "ignored-on-windows", "Of older versions", {
    deprecated: "use --cleanup",
  }),
  alone("cleanup-iptables", ["bool", false], "better", "Of older versions: --cleanup", {
    deprecated: "use --cleanup",
    aliasOf: "cleanup",
    survivesConfig: true,
  }),
];

function elsewhere(name: string, path: FieldPath, extras: RowExtras = {}): KubeProxyFlag {
  const [mode = ""] = path.split(".");
  const whose = ["iptables", "ipvs", "nftables"].includes(mode) ? `Mode ${mode}, Linux` : "Linux";
  return sets(name, path, "ignored-on-windows", whose, extras);
}

function former(name: string, instead = "kube-proxy has it no more"): KubeProxyFlag {
  return alone(name, ["text", ""], "ignored", "Of older versions", { deprecated: instead });
}
