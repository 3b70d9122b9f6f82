/**
 * Which function of computenetwork.dll does what, by kind of object.
 *
 * @module
 */
import type { HnsKind } from "../transport.ts";

/** The functions of each kind. */
export const FUNCTIONS = {
  "network": {
    enumerate: "HcnEnumerateNetworks",
    open: "HcnOpenNetwork",
    query: "HcnQueryNetworkProperties",
    close: "HcnCloseNetwork",
  },
  "endpoint": {
    enumerate: "HcnEnumerateEndpoints",
    open: "HcnOpenEndpoint",
    query: "HcnQueryEndpointProperties",
    close: "HcnCloseEndpoint",
  },
  "load-balancer": {
    enumerate: "HcnEnumerateLoadBalancers",
    open: "HcnOpenLoadBalancer",
    query: "HcnQueryLoadBalancerProperties",
    close: "HcnCloseLoadBalancer",
  },
} as const satisfies Readonly<Record<HnsKind, Readonly<Record<string, string>>>>;

/** The functions that delete. */
export const DELETE = {
  "endpoint": "HcnDeleteEndpoint",
  "load-balancer": "HcnDeleteLoadBalancer",
} as const;
