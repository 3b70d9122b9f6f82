/**
 * The flags of KPNG on both its sides, as data: the server that is followed, and the one that serves.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every flag of KPNG, by the name under which commands read its value. */
export const KPNG_FLAGS = {
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
} as const satisfies Readonly<Record<string, Flag>>;
