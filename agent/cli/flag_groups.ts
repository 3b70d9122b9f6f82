/**
 * Flags that go together, for the words that bring them.
 *
 * @module
 */
import type { FlagId } from "./flags.ts";

/** Whose node it is. */
export const NODE: readonly FlagId[] = ["nodeName", "hostnameOverride"];

/** How HNS is reached and what the kernel backend needs to know. */
export const HNS: readonly FlagId[] = [
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

/** KPNG's TLS files. */
export const TLS = ["tlsKey", "tlsCrt", "tlsCa"] as const;

/** Which labels and annotations are told. */
export const TOLD = [
  "withServiceLabels",
  "withServiceAnnotations",
  "withNodeLabels",
  "withNodeAnnotations",
] as const;

/** The servers by which a run is watched. */
export const SERVERS: readonly FlagId[] = [
  "healthzServer",
  "metricsServer",
  "bindAddressHardFail",
  "metricsDetail",
];

/** What both backends ask of the userspace one. */
export const USERSPACE: readonly FlagId[] = ["balancing", "terminateRemoved"];

/** What only `probe` has. */
export const PROBE: readonly FlagId[] = [
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
