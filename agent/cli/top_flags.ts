/**
 * The flags of `windlass top`, as data.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every flag that only `top` has, by the name under which the command reads its value. */
export const TOP_FLAGS = {
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
} as const satisfies Readonly<Record<string, Flag>>;
