/**
 * kube-proxy's flags about the proxy itself: what matters on Windows.
 *
 * @module
 */
import { alone, type KubeProxyFlag, sets } from "./flag_row.ts";

const NO_TEXT = ["text", ""] as const;
const OFF = ["bool", false] as const;

/** The flags. */
export const PROXY_FLAGS: readonly KubeProxyFlag[] = [
  alone(
    "config",
    NO_TEXT,
    "better",
    "The configuration file, strictly read: unknown and doubled fields are errors with their line. " +
      "Watched: when its content changes, the program ends with 1, to be started again",
    { survivesConfig: true },
  ),
  alone(
    "write-config-to",
    NO_TEXT,
    "same",
    "Writes the effective configuration as v1alpha1 and ends with 0",
    { survivesConfig: true },
  ),
  sets(
    "kubeconfig",
    "clientConnection.kubeconfig",
    "better",
    "Forward slashes are fine. Without it and --master: the cluster that this runs in, then " +
      "~/.kube/config",
    { to: "kubeconfig" },
  ),
  alone("master", NO_TEXT, "same", "Replaces the server of the kubeconfig", {
    to: "server",
    survivesConfig: true,
  }),
  sets(
    "hostname-override",
    "hostnameOverride",
    "better",
    "The node's name, trimmed, in lower case; wins over the file. $(NODE_NAME) is the variable of " +
      "that name, also where no kubelet has put it in; where it is not set, it is an error",
    { to: "hostname-override", survivesConfig: true },
  ),
  sets(
    "proxy-mode",
    "mode",
    "better",
    "kernelspace (the default on Windows) is sink to-winkernel, userspace is sink to-userspace. " +
      "Other modes are errors",
  ),
  sets(
    "network-name",
    "winkernel.networkName",
    "better",
    "The HNS network; else $KUBE_NETWORK. A pattern such as Calico.* or vpcbr* stands for the only " +
      "network that it fits",
    { to: "network-name" },
  ),
  sets(
    "source-vip",
    "winkernel.sourceVip",
    "better",
    "The source address on overlay networks. Without it, or with auto, it is found: Calico's " +
      "endpoint, endpoint source-vip, else one that is reserved in host-local's books",
    { to: "source-vip" },
  ),
  sets("enable-dsr", "winkernel.enableDSR", "same", "Direct server return", { to: "enable-dsr" }),
  sets(
    "root-hnsendpoint-name",
    "winkernel.rootHnsEndpointName",
    "same",
    "The host's HNS endpoint, for --forward-healthcheck-vip",
    { to: "root-hnsendpoint-name", default: "cbr0" },
  ),
  sets(
    "forward-healthcheck-vip",
    "winkernel.forwardHealthCheckVip",
    "same",
    "A health-check load balancer on each VIP",
    { to: "forward-healthcheck-vip" },
  ),
  sets(
    "windows-service",
    "windowsRunAsService",
    "same",
    "Runs under the Service Control Manager; in a file it has no effect without the flag",
    { to: "windows-service", survivesConfig: true },
  ),
  sets(
    "bind-address",
    "bindAddress",
    "same",
    "The node's primary IP, and so its family, unless it is 0.0.0.0 or ::. Nothing is bound to it",
    { to: "node-ip" },
  ),
  sets("healthz-bind-address", "healthzBindAddress", "same", "The health server", {
    to: "healthz-bind-address",
  }),
  alone(
    "healthz-port",
    ["whole", 10_256],
    "same",
    "The port where --healthz-bind-address has none; 0 turns the server off",
    { deprecated: "use --healthz-bind-address" },
  ),
  sets("metrics-bind-address", "metricsBindAddress", "same", "The metrics server", {
    to: "metrics-bind-address",
  }),
  alone(
    "metrics-port",
    ["whole", 10_249],
    "same",
    "The port where --metrics-bind-address has none",
    { deprecated: "use --metrics-bind-address" },
  ),
  sets(
    "bind-address-hard-fail",
    "bindAddressHardFail",
    "same",
    "Ends the program if the health or metrics server cannot listen",
    { to: "bind-address-hard-fail" },
  ),
  sets(
    "profiling",
    "enableProfiling",
    "partly",
    "PUT /debug/flags/v on the metrics port changes the verbosity. /debug/pprof/ has no profiles: " +
      "they are Go's",
  ),
  sets(
    "pod-bridge-interface",
    "detectLocal.bridgeInterface",
    "ignored-on-windows",
    "Local traffic on Linux",
  ),
  sets(
    "pod-interface-name-prefix",
    "detectLocal.interfaceNamePrefix",
    "ignored-on-windows",
    "Local traffic on Linux",
  ),
  sets(
    "detect-local-mode",
    "detectLocalMode",
    "ignored-on-windows",
    "Local traffic on Linux. With NodeCIDR kube-proxy waits up to 5 minutes for the Node's pod " +
      "CIDRs and ends when they change, on Windows, too, where nothing uses them; Windlass does not",
  ),
  sets(
    "cluster-cidr",
    "clusterCIDR",
    "ignored-on-windows",
    "Local traffic on Linux; checked and not used, as kube-proxy on Windows",
  ),
  sets(
    "nodeport-addresses",
    "nodePortAddresses",
    "better",
    "CIDRs of the node's addresses that serve node ports; kube-proxy on Windows does not use it",
    { to: "nodeport-addresses" },
  ),
  sets(
    "config-sync-period",
    "configSyncPeriod",
    "ignored",
    "Windlass needs no periodic resync of its cache: it compares with a fresh list when a watch ends",
  ),
  sets(
    "iptables-sync-period",
    "iptables.syncPeriod",
    "same",
    "The longest a sync may be waited for: after twice that, /healthz says so. Windlass syncs on " +
      "every change and tries again by itself, so it needs no other period",
  ),
  sets(
    "iptables-min-sync-period",
    "iptables.minSyncPeriod",
    "same",
    "The rest between two syncs, in every mode here",
    { to: "min-sync-period" },
  ),
  sets(
    "kube-api-content-type",
    "clientConnection.contentType",
    "ignored",
    "Windlass talks JSON to the API server",
  ),
  sets(
    "kube-api-qps",
    "clientConnection.qps",
    "ignored",
    "Three watches need no limit; retries have a back-off",
  ),
  sets("kube-api-burst", "clientConnection.burst", "ignored", "As --kube-api-qps"),
  sets(
    "feature-gates",
    "featureGates",
    "better",
    "A gate set against its lock is an error; an unknown gate is a warning, where kube-proxy ends",
  ),
  sets(
    "show-hidden-metrics-for-version",
    "showHiddenMetricsForVersion",
    "ignored",
    "Windlass hides no metrics",
  ),
  alone(
    "cleanup",
    OFF,
    "better",
    "Takes off what this program has left on the node, and ends; kube-proxy on Windows cannot",
    { survivesConfig: true },
  ),
  alone(
    "init-only",
    OFF,
    "better",
    "Prepares the node (the interface for service addresses) and ends; kube-proxy on Windows cannot",
    { survivesConfig: true },
  ),
  alone(
    "version",
    ["text", ""],
    "same",
    "Prints Kubernetes' level and Windlass' version, and ends",
  ),
  alone("help", OFF, "same", "Explains the flags and ends", { short: "h" }),
];
