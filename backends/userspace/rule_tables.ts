/**
 * The rule tables of the userspace backend with their places in the documentation.
 *
 * @module
 */
import type { DocumentedTable } from "../../core/mod.ts";
import { LOCAL_CLIENT_RULES } from "./local_clients.ts";
import { NODE_PORT_RULES } from "./node_port_addresses.ts";

/** Every rule table of the userspace backend. */
export const USERSPACE_RULE_TABLES: readonly DocumentedTable[] = [
  {
    title: "Whether the node's own clients have the cluster's endpoints",
    about:
      "Decided by the userspace backend for each listener: who calls from the node may be led to other\n" +
      "endpoints than who calls from outside.",
    rules: LOCAL_CLIENT_RULES,
  },
  {
    title: "How the sockets of node ports are bound",
    about:
      "Decided by the userspace backend for each protocol and family: `all` is one socket for all addresses\n" +
      "of the family, `each` one for each of them, `each-in-ranges` one for each that\n" +
      "`--nodeport-addresses` allows.",
    rules: NODE_PORT_RULES,
  },
];
