/**
 * What a configuration must satisfy, as an ordered table of named rules: kube-proxy's own, with the
 * gist of its messages. All that is wrong is told at once.
 *
 * @module
 */
import { parseCidr, parseIp } from "../../core/mod.ts";
import { checkFeatureGates } from "./feature_gates.ts";
import type { FieldPath, ProxyConfig } from "./fields.ts";
import { CONFIG_KIND } from "./read_config.ts";
import { durationText } from "./kinds.ts";

/** The modes that there are here, each for every platform. */
export const MODES = ["userspace", "kernelspace"] as const;

/** A mode. */
export type ProxyMode = typeof MODES[number];

/** Whether the word is a mode. */
export function isMode(word: string): word is ProxyMode {
  return MODES.some((mode) => mode === word);
}

/** A rule for one or more fields. */
export interface ConfigRule {
  /** The name. */
  readonly name: string;
  /** The fields that it is about. */
  readonly fields: readonly FieldPath[];
  /** What is wrong with the field, `null` for nothing. */
  readonly wrong: (config: ProxyConfig, field: FieldPath) => string | null;
}

const CIDR = "must be a valid CIDR block (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)";

/** The rules. */
export const CONFIG_RULES: readonly ConfigRule[] = [
  {
    name: "mode",
    fields: ["mode"],
    wrong: ({ mode }) =>
      isMode(mode) ? null : `must be ${MODES.join(" or ")}, or blank for the platform's own`,
  },
  {
    name: "node name", // kube-proxy starts with any name, and then finds no Node of it
    fields: ["hostnameOverride"],
    wrong: ({ hostnameOverride: name }) =>
      name === "" || /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i.test(name.trim())
        ? null
        : "must be the name of a Node: letters, digits, '-' and '.'",
  },
  {
    name: "positive period",
    fields: [
      "configSyncPeriod",
      "iptables.syncPeriod",
      "ipvs.syncPeriod",
      "nftables.syncPeriod",
    ],
    wrong: (config, field) => Number(config[field]) > 0 ? null : "must be greater than 0",
  },
  {
    name: "no negative value",
    fields: [
      "clientConnection.burst",
      "conntrack.maxPerCore",
      "conntrack.min",
      "conntrack.tcpCloseWaitTimeout",
      "conntrack.tcpEstablishedTimeout",
      "conntrack.udpStreamTimeout",
      "conntrack.udpTimeout",
      "iptables.minSyncPeriod",
      "ipvs.minSyncPeriod",
      "ipvs.tcpFinTimeout",
      "ipvs.tcpTimeout",
      "ipvs.udpTimeout",
      "logging.verbosity",
      "nftables.minSyncPeriod",
    ],
    wrong: (config, field) =>
      Number(config[field]) >= 0 ? null : "must be greater than or equal to 0",
  },
  ...(["iptables", "ipvs", "nftables"] as const).map((section): ConfigRule => ({
    name: `${section} periods`,
    fields: [`${section}.syncPeriod`],
    wrong: (config) => {
      const least = config[`${section}.minSyncPeriod`];
      return config[`${section}.syncPeriod`] >= least
        ? null
        : `must be greater than or equal to ${section}.minSyncPeriod (${durationText(least)})`;
    },
  })),
  {
    name: "masquerade bit",
    fields: ["iptables.masqueradeBit", "nftables.masqueradeBit"],
    wrong: range(0, 31),
  },
  { name: "out-of-memory score", fields: ["oomScoreAdj"], wrong: range(-1000, 1000) },
  {
    name: "bind address",
    fields: ["bindAddress"],
    wrong: ({ bindAddress }) => parseIp(bindAddress) === null ? "must be a valid IP address" : null,
  },
  {
    name: "server address",
    fields: ["healthzBindAddress", "metricsBindAddress"],
    wrong: (config, field) =>
      field === "healthzBindAddress" && config[field] === ""
        ? null
        : wrongAddress(String(config[field])),
  },
  {
    name: "source VIP",
    fields: ["winkernel.sourceVip"],
    wrong: (config) => {
      const vip = config["winkernel.sourceVip"];
      return ["", "auto"].includes(vip) || parseIp(vip) !== null
        ? null
        : "must be a valid IP address";
    },
  },
  {
    name: "cluster CIDR",
    fields: ["clusterCIDR"],
    wrong: ({ clusterCIDR }) => clusterCIDR === "" ? null : wrongCidrs(clusterCIDR.split(",")),
  },
  {
    name: "node port addresses",
    fields: ["nodePortAddresses"],
    wrong: ({ nodePortAddresses: cidrs }) => {
      if (cidrs.length === 1 && cidrs[0] === "primary") return null;
      if (cidrs.includes("primary")) return '"primary" must stand alone';
      return cidrs.every((cidr) => parseCidr(cidr) !== null) ? null : CIDR;
    },
  },
  {
    name: "local traffic",
    fields: ["detectLocalMode"],
    wrong: ({ detectLocalMode }) =>
      ["", "ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"]
          .includes(detectLocalMode)
        ? null
        : "must be ClusterCIDR, NodeCIDR, BridgeInterface, InterfaceNamePrefix or blank",
  },
  {
    name: "log format",
    fields: ["logging.format"],
    wrong: (config) =>
      ["text", "json"].includes(config["logging.format"]) ? null : "must be text or json",
  },
  {
    name: "vmodule needs text",
    fields: ["logging.vmodule"],
    wrong: (config) =>
      config["logging.format"] === "json" && config["logging.vmodule"].length > 0
        ? "goes only with logging.format text"
        : null,
  },
  {
    name: "hidden metrics",
    fields: ["showHiddenMetricsForVersion"],
    wrong: ({ showHiddenMetricsForVersion: version }) =>
      version === "" || /^\d+\.\d+$/.test(version) ? null : "must be a version such as 1.33",
  },
];

/** What is wrong with a configuration: kube-proxy's form, `Kind.field: Invalid value: …: why`. */
export function validateConfig(config: ProxyConfig): readonly string[] {
  const problems = CONFIG_RULES.flatMap(({ fields, wrong }) =>
    fields.flatMap((field) => {
      const why = wrong(config, field);
      return why === null ? [] : [invalid(config, field, why)];
    })
  );
  const gates = checkFeatureGates(config.featureGates).problems;
  return [...problems, ...gates.map((each) => `${CONFIG_KIND}.${each}`)];
}

function invalid(config: ProxyConfig, field: FieldPath, why: string): string {
  const value = config[field];
  const text = typeof value === "number" && /Period$|Timeout$/.test(field)
    ? durationText(value)
    : value;
  return `${CONFIG_KIND}.${field}: Invalid value: ${JSON.stringify(text)}: ${why}`;
}

function range(least: number, most: number): ConfigRule["wrong"] {
  return (config, field) => {
    const value = Number(config[field]);
    return value >= least && value <= most ? null : `must be within the range [${least}, ${most}]`;
  };
}

function wrongAddress(address: string): string | null {
  const [, v6, v4, port] = /^(?:\[(.*)\]|([^:]*)):([^:]*)$/.exec(address) ?? [];
  if (port === undefined) return "must be IP:port";
  if (parseIp(v6 ?? v4 ?? "") === null) return "must be a valid IP address and a port";
  return /^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535
    ? null
    : "must have a port from 1 to 65535";
}

function wrongCidrs(texts: readonly string[]): string | null {
  const cidrs = texts.map((text) => parseCidr(text.trim()));
  if (cidrs.includes(null)) return CIDR;
  const families = new Set(cidrs.map((cidr) => cidr?.family));
  return families.size === cidrs.length
    ? null
    : "only one CIDR allowed or a valid DualStack CIDR (e.g. 10.100.0.0/16,fde4:8dba:82e1::/48)";
}
