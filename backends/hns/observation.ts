/**
 * What HNS has, as one look at it gave it, and what that says about the node: plain data between the
 * transport, which asks, and the plan, which is pure.
 *
 * @module
 */
import type { HnsConfig, HnsEnvironment } from "./config.ts";
import type { Feature } from "./features.ts";
import { normalMac } from "./mac.ts";
import { networksNamed } from "./network_name.ts";
import { providerAddresses } from "./provider_addresses.ts";
import {
  type HnsEndpoint,
  type HnsLoadBalancer,
  type HnsNetwork,
  readEndpoint,
  readLoadBalancer,
  readNetwork,
} from "./read_documents.ts";

/** What HNS has. */
export interface HnsObservation {
  /** The network of the configured name; `null` while there is none. */
  readonly network: HnsNetwork | null;
  /** The names of the networks that the configured name fits, where those are several. */
  readonly rivals: readonly string[];
  /** The names of all networks. */
  readonly networkNames: readonly string[];
  /** All endpoints of all networks. */
  readonly endpoints: readonly HnsEndpoint[];
  /** All load balancers. */
  readonly loadBalancers: readonly HnsLoadBalancer[];
  /** What this build of HNS can do. */
  readonly features: ReadonlySet<Feature>;
  /** How many objects could not be read; they are left alone. */
  readonly unreadable: number;
}

/** Documents as a transport lists them. */
export interface HnsDocuments {
  /** The networks. */
  readonly networks: readonly unknown[];
  /** The endpoints. */
  readonly endpoints: readonly unknown[];
  /** The load balancers. */
  readonly loadBalancers: readonly unknown[];
}

/** Reads the documents, and finds the network of that name. */
export function observationOf(
  documents: HnsDocuments,
  networkName: string,
  features: ReadonlySet<Feature>,
): HnsObservation {
  const networks = readAll(documents.networks, readNetwork);
  const endpoints = readAll(documents.endpoints, readEndpoint);
  const loadBalancers = readAll(documents.loadBalancers, readLoadBalancer);
  const named = networksNamed(networks, networkName);
  return {
    network: named.length === 1 ? named[0] ?? null : null,
    rivals: named.length > 1 ? named.map(({ name }) => name) : [],
    networkNames: networks.map(({ name }) => name),
    endpoints,
    loadBalancers,
    features,
    unreadable: documents.networks.length + documents.endpoints.length +
      documents.loadBalancers.length - networks.length - endpoints.length - loadBalancers.length,
  };
}

/** The environment of rules on an observed network. */
export function environmentOf(
  config: HnsConfig,
  network: HnsNetwork,
  { endpoints, features }: Pick<HnsObservation, "endpoints" | "features">,
): HnsEnvironment {
  const nodeIp = config.nodeIp || network.providerAddress || (config.hosts[0]?.address ?? "");
  const host = config.hosts.find(({ address }) => address === nodeIp);
  const id = network.id.toLowerCase();
  const root = config.forwardHealthCheckVip
    ? endpoints.filter((each) => each.name === config.rootEndpointName)
    : [];
  return {
    config,
    network,
    features,
    rootEndpoint: root.find((each) => each.networkId === id) ?? root[0] ?? null,
    nodeIp,
    hostMac: config.hostMac || normalMac(host?.mac ?? ""),
    hasNodeEndpoint: endpoints.some((each) =>
      each.networkId === id && !each.remote && each.ips.includes(nodeIp)
    ),
    providerOf: providerAddresses(network.remoteSubnets).of,
  };
}

/** Why no network is taken although some fit its name, in words; `null` where that is not so. */
export function ambiguity(
  { rivals }: Pick<HnsObservation, "rivals">,
  networkName: string,
): string | null {
  return rivals.length === 0
    ? null
    : `Cannot tell which network "${networkName}" is: ${rivals.join(", ")} fit; name one of them ` +
      "by --network-name";
}

/** That there is no such network, and which there are, in words. */
export function absence(
  { networkNames }: Pick<HnsObservation, "networkNames">,
  networkName: string,
): string {
  const there = networkNames.join(", ") || "none at all";
  return `There is no network "${networkName}"; HNS has ${there}`;
}

/** What is wrong with the configuration on this network, in words; `null` if nothing is. */
export function misconfiguration(env: HnsEnvironment): string | null {
  const { network, config, nodeIp, hostMac } = env;
  const missing = !network.overlay ? [] : [
    config.sourceVip === "" ? "a source VIP (--source-vip)" : "",
    nodeIp === "" ? "the node's address (--node-ip)" : "",
    hostMac === "" ? "the host's MAC address (--host-mac)" : "",
  ].filter((each) => each !== "");
  if (!env.features.has("v2")) {
    return `Cannot program network "${network.name}": this HNS has no schema-2 API; ` +
      "Windows Server 2019 or later has";
  }
  return missing.length === 0
    ? null
    : `Cannot program network "${network.name}": it is an overlay network, and ` +
      `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} neither given nor found`;
}

/** Two environments are the same where no rule can tell them apart. */
export function environmentText(env: HnsEnvironment): string {
  const { config, network, rootEndpoint, nodeIp, hostMac, hasNodeEndpoint } = env;
  const routes = network.remoteSubnets.map(({ prefix, providerAddress }) =>
    `${prefix.text}>${providerAddress}`
  );
  return JSON.stringify([
    config,
    { ...network, remoteSubnets: routes },
    [...env.features].sort(),
    rootEndpoint?.id.toLowerCase() ?? "",
    nodeIp,
    hostMac,
    hasNodeEndpoint,
  ]);
}

function readAll<T>(values: readonly unknown[], read: (value: unknown) => T | null): readonly T[] {
  return values.flatMap((value) => read(value) ?? []);
}
