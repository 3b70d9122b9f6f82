/**
 * Every flag of the command line, as data. Which command takes which stands in `words.ts`.
 *
 * @module
 */
import { DEFAULT_OPTIONS as SIMULATION, LIMITS } from "../simulate/options.ts";
import { SCENARIOS } from "../simulate/scenario_names.ts";
import type { Flag, ValuesOf } from "./flag.ts";

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
    choices: ["userspace", "print"],
    later: ["winkernel"],
    default: "userspace",
    help: "The backend whose operations are planned",
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
    metavar: "CIDR[,CIDR...]",
    default: [],
    help: "Which of the node's addresses serve node ports; a family without a range has all of its",
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
    choices: ["none", "iproute2"],
    default: "none",
    help: "Who puts service addresses on --interface: nobody here, or this program by Linux' ip",
  },
  interface: {
    kind: "text",
    name: "interface",
    metavar: "NAME",
    default: "windlass0",
    help: "The interface for service addresses; windlass0 is made if it is missing",
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
