/**
 * The configuration as `/configz` shows it. Up to 1.35 kube-proxy shows its own Go structure there and
 * not a file (that is `--write-config-to`): other names, other places, one pair of sync periods for
 * whatever mode there is. The release that Windlass names is of that time, so tools find what they know.
 *
 * @module
 */
import type { FieldPath, ProxyConfig } from "./fields.ts";
import { FIELDS } from "./fields.ts";
import { durationText, type Value } from "./kinds.ts";
import { sectionOf } from "./write_config.ts";

/**
 * Where a field of the file stands in the structure, in the order in which that is written; `null`
 * where it has no place. A part of the log's that is `false` is left out there, as Go leaves it out.
 */
const PLACES: Readonly<Record<FieldPath, string | null>> = {
  "conntrack.maxPerCore": "Linux.Conntrack.MaxPerCore",
  "conntrack.min": "Linux.Conntrack.Min",
  "conntrack.tcpEstablishedTimeout": "Linux.Conntrack.TCPEstablishedTimeout",
  "conntrack.tcpCloseWaitTimeout": "Linux.Conntrack.TCPCloseWaitTimeout",
  "conntrack.tcpBeLiberal": "Linux.Conntrack.TCPBeLiberal",
  "conntrack.udpTimeout": "Linux.Conntrack.UDPTimeout",
  "conntrack.udpStreamTimeout": "Linux.Conntrack.UDPStreamTimeout",
  "iptables.masqueradeAll": "Linux.MasqueradeAll",
  "oomScoreAdj": "Linux.OOMScoreAdj",
  "windowsRunAsService": "Windows.RunAsService",
  "featureGates": "FeatureGates",
  "clientConnection.kubeconfig": "ClientConnection.Kubeconfig",
  "clientConnection.acceptContentTypes": "ClientConnection.AcceptContentTypes",
  "clientConnection.contentType": "ClientConnection.ContentType",
  "clientConnection.qps": "ClientConnection.QPS",
  "clientConnection.burst": "ClientConnection.Burst",
  "logging.format": "Logging.format",
  "logging.flushFrequency": "Logging.flushFrequency",
  "logging.verbosity": "Logging.verbosity",
  "logging.vmodule": "Logging.vmodule",
  "logging.options.text.splitStream": "Logging.options.text.splitStream",
  "logging.options.text.infoBufferSize": "Logging.options.text.infoBufferSize",
  "logging.options.json.splitStream": "Logging.options.json.splitStream",
  "logging.options.json.infoBufferSize": "Logging.options.json.infoBufferSize",
  "hostnameOverride": "HostnameOverride",
  "bindAddress": "BindAddress",
  "healthzBindAddress": "HealthzBindAddress",
  "metricsBindAddress": "MetricsBindAddress",
  "bindAddressHardFail": "BindAddressHardFail",
  "enableProfiling": "EnableProfiling",
  "showHiddenMetricsForVersion": "ShowHiddenMetricsForVersion",
  "mode": "Mode",
  "iptables.masqueradeBit": "IPTables.MasqueradeBit",
  "iptables.localhostNodePorts": "IPTables.LocalhostNodePorts",
  "ipvs.scheduler": "IPVS.Scheduler",
  "ipvs.excludeCIDRs": "IPVS.ExcludeCIDRs",
  "ipvs.strictARP": "IPVS.StrictARP",
  "ipvs.tcpTimeout": "IPVS.TCPTimeout",
  "ipvs.tcpFinTimeout": "IPVS.TCPFinTimeout",
  "ipvs.udpTimeout": "IPVS.UDPTimeout",
  "winkernel.networkName": "Winkernel.NetworkName",
  "winkernel.sourceVip": "Winkernel.SourceVip",
  "winkernel.enableDSR": "Winkernel.EnableDSR",
  "winkernel.rootHnsEndpointName": "Winkernel.RootHnsEndpointName",
  "winkernel.forwardHealthCheckVip": "Winkernel.ForwardHealthCheckVip",
  "nftables.masqueradeBit": "NFTables.MasqueradeBit",
  "detectLocalMode": "DetectLocalMode",
  "detectLocal.bridgeInterface": "DetectLocal.BridgeInterface",
  "clusterCIDR": "DetectLocal.ClusterCIDRs",
  "detectLocal.interfaceNamePrefix": "DetectLocal.InterfaceNamePrefix",
  "nodePortAddresses": "NodePortAddresses",
  "iptables.syncPeriod": "SyncPeriod", // that of every mode here
  "iptables.minSyncPeriod": "MinSyncPeriod",
  "configSyncPeriod": "ConfigSyncPeriod",
  "ipvs.syncPeriod": null,
  "ipvs.minSyncPeriod": null,
  "nftables.masqueradeAll": null,
  "nftables.minSyncPeriod": null,
  "nftables.syncPeriod": null,
  "portRange": null,
};

/** What `/configz` shows of a configuration. */
export function configz(config: ProxyConfig): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const path of Object.keys(PLACES).filter(isPath)) {
    const place = PLACES[path];
    const value = written(path, config[path]);
    if (place === null || value === undefined) continue;
    const keys = place.split(".");
    const last = keys.pop() ?? place;
    sectionOf(root, keys)[last] = value;
  }
  return { "kubeproxy.config.k8s.io": root };
}

/** The value as Go writes it; `undefined` where it leaves the field out. */
function written(path: FieldPath, value: Value): unknown {
  if (FIELDS[path].kind === "duration") return durationText(Number(value));
  if (path === "clusterCIDR") return value === "" ? null : String(value).split(",");
  if (path.startsWith("logging.") && value === false) return undefined;
  if (!Array.isArray(value) || value.length > 0) return value;
  return path === "logging.vmodule" ? undefined : null;
}

function isPath(path: string): path is FieldPath {
  return Object.hasOwn(FIELDS, path);
}
