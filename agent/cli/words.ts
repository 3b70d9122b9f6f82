/**
 * The words that a command line is made of, and the flags that each of them brings: the sources, the
 * sinks and the commands, as data.
 *
 * @module
 */
import type { FlagId } from "./flags.ts";

/** A word of the grammar. */
export interface Word {
  /** What it does: one sentence without full stop. */
  readonly about: string;
  /** The flags that it brings. */
  readonly flags: readonly FlagId[];
  /** Other spellings. */
  readonly aliases?: readonly string[];
}

/** A word that begins a command line and is no source. */
export interface CommandWord extends Word {
  /** The words that must follow, as the usage line shows them. */
  readonly takes: readonly ("SOURCE" | "NAMESPACE/NAME" | "SHELL" | "ACTION")[];
  /** The words that may follow. */
  readonly more?: readonly string[];
  /** Command lines that work. */
  readonly examples: readonly string[];
}

const NODE: readonly FlagId[] = ["nodeName", "hostnameOverride"];
const HNS: readonly FlagId[] = [
  "hns",
  "networkName",
  "sourceVip",
  "ipamFolder",
  "nodeIp",
  "hostMac",
  "enableDsr",
  "forwardHealthcheckVip",
  "rootHnsendpointName",
];
const TLS = ["tlsKey", "tlsCrt", "tlsCa"] as const;
const TOLD = [
  "withServiceLabels",
  "withServiceAnnotations",
  "withNodeLabels",
  "withNodeAnnotations",
] as const;
const SERVERS: readonly FlagId[] = [
  "healthzServer",
  "metricsServer",
  "bindAddressHardFail",
  "metricsDetail",
];
const USERSPACE: readonly FlagId[] = ["balancing", "terminateRemoved"];
const PROBE: readonly FlagId[] = [
  "probeTargets",
  "allNodes",
  "agents",
  "agentsTlsCa",
  "serveProbe",
  "serveTlsKey",
  "serveTlsCrt",
  "tokenFile",
  "probeFrom",
  "probeTimes",
  "probeRate",
  "probeTimeout",
  "connectOnly",
  "watchProbe",
  "probeInterval",
];

/** Where state comes from. */
export const SOURCES = {
  kube: {
    about: "Lists and watches a cluster",
    flags: ["kubeconfig", "context", "server"],
  },
  file: {
    about: "Reads files or folders of Kubernetes objects, again when they change",
    flags: ["input", "strict"],
  },
  api: {
    about: "Follows a KPNG server, which has the cluster or has chosen the node's endpoints",
    flags: ["api", "global", ...TLS, "apiClientTlsKey", "apiClientTlsCrt", "apiClientTlsCa"],
  },
} as const satisfies Readonly<Record<string, Word>>;

/** Where state goes to. */
export const SINKS = {
  "to-print": {
    about: "Prints each change of the node's view as it comes",
    flags: ["outputTextJson"],
  },
  "to-file": {
    about: "Writes the cluster's state to a file, which source file can read",
    flags: ["outputPath", "fileFormat", ...TOLD],
  },
  "to-api": {
    about: "Serves KPNG's API over gRPC, for backends on this node or on others",
    flags: [
      ...SERVERS,
      "listen",
      ...TLS,
      "listenTlsKey",
      "listenTlsCrt",
      "listenTlsCa",
      "insecureListenAny",
      "globalv1Api",
      "localApi",
      ...TOLD,
    ],
  },
  "to-json": {
    about: "Prints the node's state after each sync: a line of JSON for each service, as KPNG does",
    flags: TOLD,
  },
  "to-exec": {
    about: "Runs a program after each sync, with the lines of to-json on its standard input",
    flags: TOLD,
  },
  "to-userspace": {
    about: "Proxies connections in this process: the userspace backend",
    flags: [
      ...USERSPACE,
      "udpIdleTimeout",
      "nodePortAddresses",
      "nodeIp",
      "dataPath",
      "workers",
      "addressManager",
      "interface",
      ...SERVERS,
    ],
    aliases: ["to-winuserspace"],
  },
  "to-winkernel": {
    about: "Programs load balancers of the Windows kernel: the HNS backend",
    flags: [...HNS, "userspaceServices", ...USERSPACE, "udpIdleTimeout", ...SERVERS],
    aliases: ["to-hns"],
  },
} as const satisfies Readonly<Record<string, Word>>;

/** Where log lines go, and which. */
const LOG: readonly FlagId[] = [
  "vmodule",
  "logDir",
  "logFile",
  "logFileMaxSize",
  "logFileMaxBackups",
  "logToStderr",
  "stderrThreshold",
  "oneOutput",
  "skipHeaders",
  "skipLogHeaders",
];

/** The flags of every command line that brings a source and a sink together. */
export const SYNC_FLAGS: readonly FlagId[] = [
  ...NODE,
  "once",
  "minSyncPeriod",
  "drainTimeout",
  "windowsService",
  ...LOG,
];

/** Everything else. */
export const COMMANDS = {
  view: {
    about: "Prints what a node would do for each service, and does nothing",
    takes: ["SOURCE"],
    flags: ["outputTextJsonYaml", ...NODE],
    examples: ["windlass view file --input cluster.yaml --node-name n1 -o json"],
  },
  plan: {
    about: "Prints the operations that a backend would carry out, and does nothing",
    takes: ["SOURCE"],
    flags: [
      "backend",
      ...USERSPACE,
      ...HNS,
      "healthzServer",
      "userspaceServices",
      "outputTextJsonYaml",
      ...NODE,
    ],
    examples: [
      "windlass plan file --input cluster.yaml --backend userspace",
      "windlass plan file -i cluster.yaml --backend winkernel --network-name cbr0 --hns emulator",
    ],
  },
  hns: {
    about: "Lists what HNS has, compares it with what is wanted, finds what is wrong, or cleans up",
    takes: ["ACTION"],
    more: ["[SOURCE]"],
    flags: [
      ...HNS,
      "healthzServer",
      "userspaceServices",
      ...USERSPACE,
      "outputTextJson",
      ...NODE,
      "kubeconfig",
      "context",
      "server",
      "input",
      "strict",
    ],
    examples: [
      "windlass hns list --network-name cbr0 --hns emulator:hns.json",
      "windlass hns diff file --input cluster.yaml --network-name cbr0 --node-name n1",
      "windlass hns doctor --network-name cbr0 -o json",
      "windlass hns cleanup --network-name cbr0",
    ],
  },
  explain: {
    about: "Tells why each address and endpoint of a service is used or not",
    takes: ["SOURCE", "NAMESPACE/NAME"],
    flags: [
      "outputTextJsonYaml",
      "clientIp",
      "frontend",
      "backend",
      ...HNS,
      "healthzServer",
      ...NODE,
    ],
    examples: [
      "windlass explain kube default/web --node-name n1",
      "windlass explain kube default/web --frontend 10.96.0.10:80 --client-ip 192.0.2.7",
    ],
  },
  "kube-proxy": {
    about: "Runs as kube-proxy does, from its command line or its configuration file",
    takes: [],
    flags: [],
    examples: ["windlass kube-proxy --config=config.conf --hostname-override=n1"],
  },
  service: {
    about:
      "Installs this program as a Windows service, removes, starts or stops it, tells how it is",
    takes: ["ACTION"],
    more: ["[-- COMMAND-LINE]"],
    flags: ["serviceName", "serviceStart", "dependOn", "serviceTimeout", "outputTextJson"],
    examples: [
      "windlass service install -- kube to-winkernel --kubeconfig C:\\k\\config",
      "windlass service install --service-name kube-proxy -- --config C:\\k\\kube-proxy.conf",
      "windlass service status -o json",
    ],
  },
  probe: {
    about: "Asks every address of every service from here, and compares who answers with the view",
    takes: ["SOURCE"],
    more: ["[NAMESPACE/NAME...]"],
    flags: [
      ...PROBE,
      "clientIp",
      "nodeIp",
      "insecureListenAny",
      "outputTextJsonJunit",
      ...NODE,
    ],
    examples: [
      "windlass probe kube --node-name n1",
      "windlass probe file 'default/*' --input cluster.yaml --watch",
      "windlass probe kube --serve 127.0.0.1:12091",
    ],
  },
  node: {
    about:
      "Tells what this machine has of what a service proxy needs, what is missing, and the cure",
    takes: [],
    flags: [
      "hns",
      "networkName",
      "sourceVip",
      "ipamFolder",
      "interface",
      ...NODE,
      "outputTextJson",
    ],
    examples: ["windlass node", "windlass node --network-name vxlan0 -o json"],
  },
  "source-vip": {
    about: "Prints this node's source VIP, and reserves one in the CNI's books if there is none",
    takes: [],
    flags: ["hns", "networkName", "sourceVip", "ipamFolder", "outputTextJson"],
    examples: ["windlass source-vip --network-name vxlan0"],
  },
  top: {
    about: "Shows what a windlass that runs believes and does: services, connections, syncs",
    takes: [],
    flags: ["topAddress", "topSort", "topSearch", "topOnce", "outputTextJson"],
    examples: [
      "windlass top",
      "windlass top --search 10.96.0.10 --once",
      "windlass top --address 192.0.2.7:10249 --sort bytes -o json",
    ],
  },
  simulate: {
    about: "Runs a whole cluster on this machine: a real API protocol, real sockets",
    takes: [],
    flags: [
      "services",
      "podsPerService",
      "nodes",
      "duration",
      "scenario",
      "seed",
      "connections",
      "dataPath",
      "simulatedWorkers",
      "outputTextJson",
    ],
    examples: ["windlass simulate", "windlass simulate --scenario rolling-update -o json"],
  },
  version: {
    about: "Prints the version",
    takes: [],
    flags: ["outputTextJsonYaml"],
    examples: ["windlass version -o json"],
  },
  help: {
    about: "Explains a command, a source or a sink",
    takes: [],
    more: ["[COMMAND]"],
    flags: [],
    examples: ["windlass help view", "windlass help file to-print"],
  },
  completion: {
    about: "Prints a script that completes windlass' command line in a shell",
    takes: ["SHELL"],
    flags: [],
    examples: [
      "source <(windlass completion bash)",
      "windlass completion powershell | Out-String | Invoke-Expression",
    ],
  },
} as const satisfies Readonly<Record<string, CommandWord>>;

/** The name of a source. */
export type SourceName = keyof typeof SOURCES;
/** The name of a sink. */
export type SinkName = keyof typeof SINKS;
/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** What `hns` can be asked to do. */
export const HNS_ACTIONS = ["list", "diff", "doctor", "cleanup"] as const;

/** What `service` can be asked to do. */
export const SERVICE_ACTIONS = ["install", "uninstall", "start", "stop", "status"] as const;

/** The shells that `completion` knows. */
export const SHELLS = ["bash", "powershell", "zsh"] as const;
/** A shell that `completion` knows. */
export type Shell = typeof SHELLS[number];

/** Whether the word names a source. */
export function isSource(word: string): word is SourceName {
  return Object.hasOwn(SOURCES, word);
}

/** Whether the word names a command. */
export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** The sink of that name or alias, `null` if there is none. */
export function sinkOf(word: string): SinkName | null {
  for (const [name, entry] of Object.entries(SINKS)) {
    const aliases: readonly string[] = "aliases" in entry ? entry.aliases : [];
    if ((name === word || aliases.includes(word)) && isSink(name)) return name;
  }
  return null;
}

function isSink(word: string): word is SinkName {
  return Object.hasOwn(SINKS, word);
}

/** The names of all sources. */
export function sourceNames(): readonly SourceName[] {
  return Object.keys(SOURCES).filter(isSource);
}

/** The names of all sinks. */
export function sinkNames(): readonly SinkName[] {
  return Object.keys(SINKS).filter(isSink);
}

/** The names of all commands. */
export function commandNames(): readonly CommandName[] {
  return Object.keys(COMMANDS).filter(isCommand);
}
