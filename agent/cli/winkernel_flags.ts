/**
 * The flags of HNS and the kernel backend, as data.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every flag of the kernel backend, by the name under which commands read its value. */
export const WINKERNEL_FLAGS = {
  hns: {
    kind: "text",
    name: "hns",
    metavar: "native|powershell|hnsdiag|emulator[:FILE]",
    default: null,
    help:
      "How HNS is reached; hnsdiag lists and deletes only; the emulator starts with what is in " +
      "FILE and writes it back; default: native on Windows, else emulator",
  },
  networkName: {
    kind: "text",
    name: "network-name",
    metavar: "NAME",
    default: null,
    help:
      "The HNS network of the CNI, or a pattern that fits only it, such as 'vpcbr*'; default: " +
      "$KUBE_NETWORK",
  },
  sourceVip: {
    kind: "text",
    name: "source-vip",
    metavar: "IP|auto",
    default: null,
    help:
      "The source address of load balancers that translate, on overlay networks; auto, or without " +
      "it: that of the CNI's endpoint, or one that is reserved in host-local's books",
  },
  ipamFolder: {
    kind: "text",
    name: "ipam-dir",
    metavar: "PATH",
    default: null,
    help: "Where the CNI plugin host-local keeps its books; default: /var/lib/cni/networks",
  },
  nodeIp: {
    kind: "text",
    name: "node-ip",
    metavar: "IP",
    default: null,
    help: "The node's own address; default: what the Node, the network or the platform says",
  },
  hostMac: {
    kind: "text",
    name: "host-mac",
    metavar: "MAC",
    default: null,
    help: "The MAC address of the interface with --node-ip; default: what the platform says",
  },
  enableDsr: {
    kind: "switch",
    name: "enable-dsr",
    default: false,
    help: "Use direct server return for ClusterIPs",
  },
  forwardHealthcheckVip: {
    kind: "switch",
    name: "forward-healthcheck-vip",
    default: false,
    help: "Forward health probes to load balancer IPs to the host",
  },
  rootHnsendpointName: {
    kind: "text",
    name: "root-hnsendpoint-name",
    metavar: "NAME",
    default: "cbr0",
    help: "The host's own HNS endpoint, to which health probes are forwarded",
  },
  userspaceServices: {
    kind: "list",
    name: "userspace-services",
    metavar: "SELECTOR",
    default: [],
    help:
      "Services that this process proxies beside the kernel: names, NAMESPACE/NAME[,...] with * " +
      "for any text, or a label selector, tier=edge,env in (a,b),!old: what has an operator is " +
      "about labels, and all of these must hold; annotation windlass.dev/backend: userspace does " +
      "the same for one Service",
  },
} as const satisfies Readonly<Record<string, Flag>>;
