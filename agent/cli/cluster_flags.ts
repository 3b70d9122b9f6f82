/**
 * The flags of the way to the API server, as data.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every flag of source `kube`, by the name under which commands read its value. */
export const CLUSTER_FLAGS = {
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
} as const satisfies Readonly<Record<string, Flag>>;
