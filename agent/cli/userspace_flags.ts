/**
 * The flags of the userspace backend and of the choice between backends, as data.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every flag of the userspace backend, by the name under which commands read its value. */
export const USERSPACE_FLAGS = {
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
} as const satisfies Readonly<Record<string, Flag>>;
