/**
 * A service with every kind of frontend, for tests of plans.
 *
 * @module
 */
import type { EndpointView, ServicePortView } from "../../core/mod.ts";
import { endpoint, servicePort } from "../test_views.ts";
import type { HnsOp } from "./spec.ts";
import type { Driver } from "./test_node.ts";

/** An endpoint of this node. */
export function here(address: string, parts: Partial<EndpointView> = {}): EndpointView {
  return endpoint(address, parts);
}

/** An endpoint of another node. */
export function there(address: string, parts: Partial<EndpointView> = {}): EndpointView {
  return endpoint(address, { node: "n2", local: false, inLocal: false, ...parts });
}

/** ClusterIP, NodePort and ingress, with externalTrafficPolicy Local. */
export const SHOP: ServicePortView = servicePort({
  namespace: "shop",
  service: "web",
  port: "",
  type: "LoadBalancer",
  externalTrafficPolicy: "Local",
  frontends: [
    { kind: "ClusterIP", ip: "10.96.44.7", port: 443 },
    { kind: "NodePort", port: 31443 },
    { kind: "LoadBalancer", ip: "203.0.113.40", port: 443 },
  ],
  endpoints: [here("10.244.2.17:8443"), there("10.244.3.9:8443", { external: false })],
});

/** What operations do, in short. */
export function verbs(ops: readonly HnsOp[]): readonly string[] {
  return ops.map(({ op, key }) => `${op} ${key.split("/").slice(0, 3).join("/")}`);
}

/** The id of the first endpoint of an address. */
export function idOf(node: Driver, ip: string): string {
  return node.state.world?.actual.endpoints.get(ip)?.[0]?.id ?? "";
}
