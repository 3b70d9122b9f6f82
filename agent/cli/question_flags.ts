/**
 * The flags that narrow a question about services (`explain`, `probe`), as data.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every such flag, by the name under which commands read its value. */
export const QUESTION_FLAGS = {
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
} as const satisfies Readonly<Record<string, Flag>>;
