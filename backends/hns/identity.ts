/**
 * What makes an HNS object the one that it is: the key under which load balancers are compared, and
 * the GUIDs that Windlass gives to what it creates.
 *
 * @module
 */
import { addressOf, frontendKey, type Protocol } from "../../core/mod.ts";
import { LOAD_BALANCER_FLAGS, PROTOCOL_NUMBERS } from "./documents.ts";
import { guidOf, type Namespace, namespaceOf } from "./guid.ts";
import { remoteMac } from "./mac.ts";
import type { HnsLoadBalancer } from "./read_documents.ts";

/** The GUIDs of the objects on one network. By its name: it may come back with another id. */
export interface Identities {
  /** The id of the load balancer with that key. */
  loadBalancer(key: string): string;
  /** The id of the endpoint with that content: another content is another endpoint. */
  endpoint(ip: string, mac: string, providerAddress: string): string;
  /** The same where the MAC address is the one that is made from the address, as most are. */
  remote(ip: string, providerAddress: string): string;
  /** The n-th other id for an endpoint, while one that is half alive has the id of its content. */
  spare(ip: string, providerAddress: string, n: number): string;
}

/** The GUIDs of the objects on the network of that name. */
export function identitiesOn(networkName: string): Identities {
  const name = networkName.toLowerCase();
  const loadBalancers: Namespace = namespaceOf(`load-balancers/${name}`);
  const endpoints = namespaceOf(`endpoints/${name}`);
  return {
    loadBalancer: (key) => guidOf(loadBalancers, key),
    endpoint(ip, mac, provider) {
      const made = mac === remoteMac(ip) ? "" : mac;
      return guidOf(endpoints, `${ip} ${made} ${provider}`);
    },
    remote: (ip, provider) => guidOf(endpoints, `${ip}  ${provider}`),
    spare: (ip, provider, n) => guidOf(endpoints, `${ip}  ${provider} ${n}`),
  };
}

const PROTOCOL_NAMES: ReadonlyMap<number, Protocol> = new Map([
  [PROTOCOL_NUMBERS.TCP, "TCP"],
  [PROTOCOL_NUMBERS.UDP, "UDP"],
  [PROTOCOL_NUMBERS.SCTP, "SCTP"],
]);

/**
 * The keys of the frontends that a load balancer has: one for what a service proxy makes, several
 * where another program put more into it, none where it is half made.
 */
export function keysOf({ vips, mappings, flags }: HnsLoadBalancer): readonly string[] {
  const family = (flags & LOAD_BALANCER_FLAGS.ipv6) === 0 ? "IPv4" : "IPv6";
  return mappings.flatMap(({ protocol: number, externalPort: port }) => {
    const protocol = PROTOCOL_NAMES.get(number);
    if (protocol === undefined) return [];
    if (vips.length > 0) return vips.map((ip) => `${protocol}/${addressOf(ip, port)}`);
    return [frontendKey({ protocol, family }, { kind: "NodePort", port })];
  });
}
