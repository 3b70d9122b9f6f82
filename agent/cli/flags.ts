/**
 * Every flag of the command line, as data. Which command takes which stands in `words.ts`.
 *
 * @module
 */
import { METRIC_DETAILS } from "../metrics/metric_detail.ts";
import { DEFAULT_OPTIONS as SIMULATION, LIMITS } from "../simulate/options.ts";
import { SCENARIOS } from "../simulate/scenario_names.ts";
import type { Flag, ValuesOf } from "./flag.ts";
import { PROBE_FLAGS } from "./probe_flags.ts";

/** Every flag, by the name under which commands read its value. */
export const FLAGS = {
  help: {
    kind: "switch",
    name: "help",
    short: "h",
    default: false,
    help: "Explain the command and end",
  },
  verbosity: {
    kind: "whole",
    name: "v",
    short: "v",
    metavar: "N",
    default: 0,
    min: 0,
    max: 10,
    help: "How much to log: 0 what matters, 2 each sync, 4 each event, up to 10",
  },
  logFormat: {
    kind: "choice",
    name: "log-format",
    choices: ["text", "json"],
    default: "text",
    help: "How log lines look on standard error",
  },
  logDir: {
    kind: "text",
    name: "log-dir",
    metavar: "PATH",
    default: null,
    help: "A folder for log files, one for each severity, named as klog names them",
  },
  logFile: {
    kind: "text",
    name: "log-file",
    metavar: "PATH",
    default: null,
    help:
      "One log file for all lines, instead of those in --log-dir; older ones are PATH.1, PATH.2, …",
  },
  logFileMaxSize: {
    kind: "whole",
    name: "log-file-max-size",
    metavar: "MB",
    default: 1800,
    min: 0,
    max: 1_000_000,
    help: "After how many megabytes a new log file is begun; 0 for never",
  },
  logFileMaxBackups: {
    kind: "whole",
    name: "log-file-max-backups",
    metavar: "N",
    default: 10,
    min: 0,
    max: 10_000,
    help: "How many old log files stay",
  },
  logToStderr: {
    kind: "switch",
    name: "logtostderr",
    default: true,
    help: "Log to standard error even where there are log files",
  },
  stderrThreshold: {
    kind: "choice",
    name: "stderrthreshold",
    choices: ["info", "warning", "error", "fatal"],
    default: "error",
    help: "With --logtostderr=false: how bad a line must be to go to standard error all the same",
  },
  vmodule: {
    kind: "text",
    name: "vmodule",
    metavar: "PART=N,...",
    default: null,
    help: "Another -v for some parts of the program: userspace=4,sync=2; * stands for any text",
  },
  oneOutput: {
    kind: "switch",
    name: "one-output",
    default: false,
    help: "In --log-dir, write a line to the file of its own severity only, not to those below",
  },
  skipHeaders: {
    kind: "switch",
    name: "skip-headers",
    default: false,
    help: "Write text lines without severity, time, process and place",
  },
  skipLogHeaders: {
    kind: "switch",
    name: "skip-log-headers",
    default: false,
    help: "Begin log files without the lines that tell where and when",
  },
  nodeName: {
    kind: "text",
    name: "node-name",
    metavar: "NAME",
    default: null,
    help: "The node to act for; default: --hostname-override, else the host name in lower case",
  },
  hostnameOverride: {
    kind: "text",
    name: "hostname-override",
    metavar: "NAME",
    default: null,
    help: "kube-proxy's name for --node-name",
  },
  once: {
    kind: "switch",
    name: "once",
    default: false,
    help: "Carry the present state out once, then end: 0 done, 1 failed, 3 something is waited for",
  },
  minSyncPeriod: {
    kind: "duration",
    name: "min-sync-period",
    metavar: "DURATION",
    default: 1000,
    help: "The rest between two syncs; changes in that time are carried out together",
  },
  drainTimeout: {
    kind: "duration",
    name: "drain-timeout",
    metavar: "DURATION",
    default: 10_000,
    help: "How long live connections may go on after SIGINT or SIGTERM; a second signal ends them",
  },
  windowsService: {
    kind: "switch",
    name: "windows-service",
    default: false,
    help: "Run as the Windows service that was installed with it; see windlass service",
  },
  serviceName: {
    kind: "text",
    name: "service-name",
    metavar: "NAME",
    default: "windlass",
    help: "The service's name in Windows",
  },
  serviceStart: {
    kind: "choice",
    name: "start",
    choices: ["delayed", "auto", "demand", "disabled"],
    default: "auto",
    help: "With install: when Windows starts it; delayed is some two minutes after the node",
  },
  dependOn: {
    kind: "list",
    name: "depend-on",
    metavar: "SERVICE,...",
    default: [],
    help: "With install: services that must run before it; when they are stopped, so is this one",
  },
  serviceTimeout: {
    kind: "duration",
    name: "timeout",
    metavar: "DURATION",
    default: 60_000,
    help: "With start, stop and uninstall: how long to wait until it runs, or has ended",
  },
  healthzServer: {
    kind: "text",
    name: "healthz-bind-address",
    metavar: "IP[:PORT]",
    default: null,
    help:
      'Where to serve /healthz and /livez, "" for nowhere; default: 0.0.0.0:10256, with file nowhere',
  },
  metricsServer: {
    kind: "text",
    name: "metrics-bind-address",
    metavar: "IP[:PORT]",
    default: null,
    help:
      'Where to serve /metrics and more, "" for nowhere; default: 127.0.0.1:10249, with file nowhere',
  },
  bindAddressHardFail: {
    kind: "switch",
    name: "bind-address-hard-fail",
    default: false,
    help: "End the program if the health or metrics server cannot listen, instead of trying again",
  },
  metricsDetail: {
    kind: "choice",
    name: "metrics-detail",
    choices: METRIC_DETAILS,
    default: "listener",
    help:
      "Which metrics of connections there are: totals, those of each listener, of each endpoint",
  },
  kubeconfig: {
    kind: "text",
    name: "kubeconfig",
    metavar: "PATH",
    default: null,
    help: "The kubeconfig; default: $KUBECONFIG, the cluster that this runs in, ~/.kube/config",
  },
  context: {
    kind: "text",
    name: "context",
    metavar: "NAME",
    default: null,
    help: "The context of the kubeconfig; default: its current one",
  },
  server: {
    kind: "text",
    name: "server",
    metavar: "URL",
    default: null,
    help: "The API server, instead of the one in the kubeconfig",
  },
  api: {
    kind: "text",
    name: "api",
    metavar: "ADDRESS",
    default: "127.0.0.1:12090",
    help: "The KPNG server: HOST:PORT or unix:///path",
  },
  global: {
    kind: "switch",
    name: "global",
    default: false,
    help: "Read the server's global API and choose endpoints here, instead of the node-local one",
  },
  tlsKey: {
    kind: "text",
    name: "tls-key",
    metavar: "PATH",
    default: null,
    help: "The private key for TLS, PEM; it is read again when it changes",
  },
  tlsCrt: {
    kind: "text",
    name: "tls-crt",
    metavar: "PATH",
    default: null,
    help: "The certificate for TLS, PEM",
  },
  tlsCa: {
    kind: "text",
    name: "tls-ca",
    metavar: "PATH",
    default: null,
    help: "The authority that the other side's certificate must come from, PEM",
  },
  apiClientTlsKey: {
    kind: "text",
    name: "api-client-tls-key",
    metavar: "PATH",
    default: null,
    help: "KPNG's name for --tls-key on the side of the source",
  },
  apiClientTlsCrt: {
    kind: "text",
    name: "api-client-tls-crt",
    metavar: "PATH",
    default: null,
    help: "KPNG's name for --tls-crt on the side of the source",
  },
  apiClientTlsCa: {
    kind: "text",
    name: "api-client-tls-ca",
    metavar: "PATH",
    default: null,
    help: "KPNG's name for --tls-ca on the side of the source",
  },
  listen: {
    kind: "text",
    name: "listen",
    metavar: "ADDRESS",
    default: "tcp://127.0.0.1:12090",
    help: "Where to serve KPNG's API: tcp://IP:PORT or unix:///path",
  },
  listenTlsKey: {
    kind: "text",
    name: "listen-tls-key",
    metavar: "PATH",
    default: null,
    help: "KPNG's name for --tls-key on the side of the sink",
  },
  listenTlsCrt: {
    kind: "text",
    name: "listen-tls-crt",
    metavar: "PATH",
    default: null,
    help: "KPNG's name for --tls-crt on the side of the sink",
  },
  listenTlsCa: {
    kind: "text",
    name: "listen-tls-ca",
    metavar: "PATH",
    default: null,
    help: "KPNG's name for --tls-ca on the side of the sink: clients must show a certificate of it",
  },
  insecureListenAny: {
    kind: "switch",
    name: "insecure-listen-any",
    default: false,
    help: "Listen without TLS on more than this machine",
  },
  globalv1Api: {
    kind: "switch",
    name: "globalv1-api",
    default: true,
    help: "Serve the global API",
  },
  localApi: {
    kind: "switch",
    name: "local-api",
    default: true,
    help: "Serve the node-local API",
  },
  withServiceLabels: {
    kind: "list",
    name: "with-service-labels",
    metavar: "PATTERN[,...]",
    default: [],
    help: "The labels of Services that are told; default: none of a cluster's, all of a file's",
  },
  withServiceAnnotations: {
    kind: "list",
    name: "with-service-annotations",
    metavar: "PATTERN[,...]",
    default: ["windlass.dev/*", "preserve-destination"],
    help: "The annotations of Services that are told; all of a file's where it is not given",
  },
  withNodeLabels: {
    kind: "list",
    name: "with-node-labels",
    metavar: "PATTERN[,...]",
    default: [
      "kubernetes.io/hostname",
      "topology.kubernetes.io/zone",
      "topology.kubernetes.io/region",
    ],
    help: "The labels of Nodes that are told; all of a file's where it is not given",
  },
  withNodeAnnotations: {
    kind: "list",
    name: "with-node-annotations",
    metavar: "PATTERN[,...]",
    default: [],
    help: "The annotations of Nodes that are told; default: none of a cluster's, all of a file's",
  },
  fileFormat: {
    kind: "choice",
    name: "file-format",
    choices: ["kubernetes", "kpng"],
    default: "kubernetes",
    help: "What the file holds: Kubernetes objects, or KPNG's global state; source file reads both",
  },
  input: {
    kind: "list",
    name: "input",
    short: "i",
    metavar: "PATH[,PATH...]",
    default: [],
    help: "The files or folders with the Kubernetes objects, YAML or JSON",
  },
  strict: {
    kind: "switch",
    name: "strict",
    default: false,
    help: "End with exit code 2 if anything in the input is wrong, instead of leaving it out",
  },
  outputPath: {
    kind: "text",
    name: "output",
    short: "o",
    metavar: "PATH",
    default: null,
    help: "The file to write, JSON if its name ends in .json, else YAML",
  },
  outputTextJson: {
    kind: "choice",
    name: "output",
    short: "o",
    choices: ["text", "json"],
    default: "text",
    help: "How the result is printed",
  },
  outputTextJsonYaml: {
    kind: "choice",
    name: "output",
    short: "o",
    choices: ["text", "json", "yaml"],
    default: "text",
    help: "How the result is printed",
  },
  backend: {
    kind: "choice",
    name: "backend",
    choices: ["userspace", "winkernel", "print"],
    default: "userspace",
    help: "The backend whose operations are planned, or whose decisions are explained",
  },
  balancing: {
    kind: "choice",
    name: "balancing",
    // A test holds this list to the backend's own: to parse a command line, no backend is loaded.
    choices: ["round-robin", "random", "least-connections", "power-of-two", "maglev"],
    default: "round-robin",
    help: "How an endpoint is chosen where annotation windlass.dev/balancing of the service " +
      "does not say",
  },
  terminateRemoved: {
    kind: "switch",
    name: "terminate-removed",
    default: false,
    help: "Cut the TCP connections to endpoints that are gone, instead of letting them end",
  },
  udpIdleTimeout: {
    kind: "duration",
    name: "udp-idle-timeout",
    metavar: "DURATION",
    default: 10_000,
    help: "How long a UDP client keeps its endpoint while nothing goes either way",
  },
  nodePortAddresses: {
    kind: "list",
    name: "nodeport-addresses",
    metavar: "CIDR[,CIDR...]|primary",
    default: [],
    help:
      "Which of the node's addresses serve node ports; a family without a range has all of its; " +
      "primary: those that the Node names",
  },
  dataPath: {
    kind: "choice",
    name: "data-path",
    // A test holds this list to the backend's own: to parse a command line, no backend is loaded.
    choices: ["auto", "deno", "native"],
    default: "auto",
    help:
      "What carries the bytes: the system's calls, Deno's sockets, or what is best and works here",
  },
  workers: {
    kind: "whole",
    name: "workers",
    metavar: "N",
    default: 8,
    min: 0,
    max: 64,
    help:
      "How many threads carry the bytes at most, one for each core; 0: the main one, by Deno's " +
      "sockets",
  },
  addressManager: {
    kind: "choice",
    name: "address-manager",
    choices: ["auto", "none", "iproute2", "iphelper", "powershell", "netsh"],
    default: "auto",
    help:
      "Who puts service addresses on --interface: nobody here, this program by Linux' ip, or by " +
      "Windows' IP Helper, PowerShell or netsh; auto: the first of these three that works on " +
      "Windows, nobody elsewhere",
  },
  interface: {
    kind: "text",
    name: "interface",
    metavar: "NAME",
    default: "windlass0",
    help:
      "The interface for service addresses; windlass0 is made on Linux if it is missing, and on " +
      "Windows stands for $INTERFACE_TO_ADD_SERVICE_IP, else vEthernet (HNS Internal NIC), else a " +
      "loopback adapter",
  },
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
    help: "The HNS network of the CNI; default: $KUBE_NETWORK",
  },
  sourceVip: {
    kind: "text",
    name: "source-vip",
    metavar: "IP",
    default: null,
    help: "The source address of load balancers that translate; overlay networks need it",
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
    metavar: "NAMESPACE/NAME[,...]",
    default: [],
    help:
      "Services that this process proxies beside the kernel; * stands for any name or part of " +
      "it; annotation windlass.dev/backend: userspace does the same for one",
  },
  clientIp: {
    kind: "text",
    name: "client-ip",
    metavar: "IP",
    default: null,
    help: "Tell where a connection of this client would go",
  },
  frontend: {
    kind: "text",
    name: "frontend",
    metavar: "IP:PORT",
    default: null,
    help: "Tell where a connection to this address would go; a node port is given as PORT",
  },
  ...PROBE_FLAGS,
  topAddress: {
    kind: "text",
    name: "address",
    metavar: "IP:PORT",
    default: "127.0.0.1:10249",
    help: "The metrics address of a windlass that runs: its --metrics-bind-address",
  },
  topSort: {
    kind: "choice",
    name: "sort",
    choices: ["name", "state", "endpoints", "open", "connections", "bytes"],
    default: "connections",
    help: "The order of services: the worst, or the largest, comes first",
  },
  topSearch: {
    kind: "text",
    name: "search",
    metavar: "TEXT",
    default: "",
    help: "Only services that have these words in name, address or port",
  },
  topOnce: {
    kind: "switch",
    name: "once",
    default: false,
    help: "Print the present state once, then end: 0 well, 1 in a bad way",
  },
  services: {
    kind: "whole",
    name: "services",
    metavar: "N",
    default: SIMULATION.services,
    min: LIMITS.services.least,
    max: LIMITS.services.most,
    help: "How many Services there are",
  },
  podsPerService: {
    kind: "whole",
    name: "pods-per-service",
    metavar: "N",
    default: SIMULATION.podsPerService,
    min: LIMITS.podsPerService.least,
    max: LIMITS.podsPerService.most,
    help: "How many pods each Service starts with",
  },
  nodes: {
    kind: "whole",
    name: "nodes",
    metavar: "N",
    default: SIMULATION.nodes,
    min: LIMITS.nodes.least,
    max: LIMITS.nodes.most,
    help: "How many nodes the pods are spread over",
  },
  duration: {
    kind: "duration",
    name: "duration",
    metavar: "DURATION",
    default: SIMULATION.durationMs,
    help: "How long traffic flows",
  },
  scenario: {
    kind: "choice",
    name: "scenario",
    choices: SCENARIOS,
    default: "all",
    help: "What happens to the cluster meanwhile",
  },
  seed: {
    kind: "whole",
    name: "seed",
    metavar: "N",
    default: SIMULATION.seed,
    min: LIMITS.seed.least,
    max: LIMITS.seed.most,
    help: "Which run of chance: the same seed makes the same choices",
  },
  simulatedWorkers: {
    kind: "whole",
    name: "workers",
    metavar: "N",
    default: SIMULATION.workers,
    min: 0,
    max: 64,
    help:
      "How many threads carry the bytes at most; 0: the one of everything else, by Deno's sockets",
  },
  connections: {
    kind: "whole",
    name: "connections",
    metavar: "N",
    default: SIMULATION.connections,
    min: LIMITS.connections.least,
    max: LIMITS.connections.most,
    help: "How many clients talk to the Services at the same time",
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** The name under which commands read a flag's value. */
export type FlagId = keyof typeof FLAGS;

/** The values of all flags; those that a command does not take have their defaults. */
export type FlagValues = ValuesOf<typeof FLAGS>;

/** The flags that every command takes. */
export const COMMON_FLAGS: readonly FlagId[] = ["verbosity", "logFormat", "help"];
