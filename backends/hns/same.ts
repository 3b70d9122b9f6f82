/**
 * Whether what HNS has is what a document asks for.
 *
 * @module
 */
import type { HostComputeEndpoint, HostComputeLoadBalancer } from "./documents.ts";
import {
  type HnsEndpoint,
  type HnsLoadBalancer,
  readEndpoint,
  readLoadBalancer,
} from "./read_documents.ts";

/** Whether the endpoint is what the document asks for. */
export function sameEndpoint(actual: HnsEndpoint, document: HostComputeEndpoint): boolean {
  const wanted = readEndpoint({ ...document, ID: actual.id });
  return wanted !== null && !actual.degraded &&
    actual.ips.join() === wanted.ips.join() && actual.mac === wanted.mac &&
    actual.remote === wanted.remote && actual.providerAddress === wanted.providerAddress;
}

/** Whether the load balancer is what the document asks for. */
export function sameLoadBalancer(
  actual: HnsLoadBalancer,
  document: HostComputeLoadBalancer,
): boolean {
  const wanted = readLoadBalancer({ ...document, ID: actual.id });
  return wanted !== null && JSON.stringify(wanted) === JSON.stringify(actual);
}
