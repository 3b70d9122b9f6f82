/**
 * The flags of `windlass probe`, as data.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every flag that only `probe` has, by the name under which the command reads its value. */
export const PROBE_FLAGS = {
  probeTargets: {
    kind: "list",
    name: "targets",
    metavar: "KIND[,KIND...]",
    default: [],
    help: "What to probe: ClusterIP, NodePort, ExternalIP, LoadBalancer, Endpoint; default: all",
  },
  allNodes: {
    kind: "switch",
    name: "all-nodes",
    default: false,
    help: "Probe the node ports of every node, not only those of this one",
  },
  agents: {
    kind: "list",
    name: "agents",
    metavar: "HOST:PORT[,...]",
    default: [],
    help: "Others that run probe --serve; http:// or https:// may stand before",
  },
  agentsTlsCa: {
    kind: "text",
    name: "agents-tls-ca",
    metavar: "PATH",
    default: null,
    help: "The authority that the agents' certificates must come from, PEM; default: the system's",
  },
  serveProbe: {
    kind: "text",
    name: "serve",
    metavar: "IP:PORT",
    default: null,
    help: "Be an agent: listen there, and probe when somebody asks, the own view and nothing else",
  },
  serveTlsKey: {
    kind: "text",
    name: "serve-tls-key",
    metavar: "PATH",
    default: null,
    help: "With --serve: the private key for TLS, PEM",
  },
  serveTlsCrt: {
    kind: "text",
    name: "serve-tls-crt",
    metavar: "PATH",
    default: null,
    help: "With --serve: the certificate for TLS, PEM",
  },
  tokenFile: {
    kind: "text",
    name: "token-file",
    metavar: "PATH",
    default: null,
    help: "A file with the secret that prober and agents share, 16 characters or more",
  },
  probeFrom: {
    kind: "text",
    name: "from",
    metavar: "NAME",
    default: null,
    help: "What this prober is called in the matrix; default: the node's name",
  },
  probeTimes: {
    kind: "whole",
    name: "times",
    metavar: "N",
    default: 3,
    min: 1,
    max: 100,
    help: "How often each frontend is asked in one go",
  },
  probeRate: {
    kind: "whole",
    name: "rate",
    metavar: "N",
    default: 50,
    min: 1,
    max: 10_000,
    help: "How many questions this prober asks in a second, at most",
  },
  probeTimeout: {
    kind: "duration",
    name: "timeout",
    metavar: "DURATION",
    default: 1000,
    help: "How long to wait for an answer",
  },
  connectOnly: {
    kind: "switch",
    name: "connect-only",
    default: false,
    help: "Connect and say nothing: for servers that must not hear what they don't understand",
  },
  watchProbe: {
    kind: "switch",
    name: "watch",
    default: false,
    help: "Probe again and again, and show what changes",
  },
  probeInterval: {
    kind: "duration",
    name: "interval",
    metavar: "DURATION",
    default: 5000,
    help: "With --watch: the rest between two rounds",
  },
  outputTextJsonJunit: {
    kind: "choice",
    name: "output",
    short: "o",
    choices: ["text", "json", "junit"],
    default: "text",
    help: "How the result is printed",
  },
} as const satisfies Readonly<Record<string, Flag>>;
