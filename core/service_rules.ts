/**
 * Which Services and slices the proxy handles, and which address of a Service becomes a frontend:
 * the rule tables. The behaviour is kube-proxy's (pkg/proxy: servicechangetracker, serviceport, and
 * the selectors of its watches).
 *
 * @module
 */
import { type Cidr, parseIp } from "./ip.ts";
import type {
  EndpointSlice,
  IpFamily,
  LoadBalancerIngress,
  Service,
  TrafficPolicy,
} from "./objects.ts";
import type { Rule } from "./rules.ts";

/** Names the Service that a slice belongs to. */
export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";
/** Present on what another proxy handles; its value does not matter. */
export const PROXY_NAME_LABEL = "service.kubernetes.io/service-proxy-name";
/** Present on what has no ClusterIP; its value does not matter. */
export const HEADLESS_LABEL = "service.kubernetes.io/headless";

/** A Service that is looked at, with the ClusterIPs found for it. */
export interface ServiceInput {
  /** The Service. */
  readonly service: Service;
  /** How many families have a ClusterIP. */
  readonly families: number;
}

/** Which Services are left out. `then` is true where the Service is proxied. */
export const SERVICE_RULES: readonly Rule<ServiceInput, string, boolean>[] = [
  {
    name: "other-proxy",
    why: `label ${PROXY_NAME_LABEL} gives the Service to another proxy`,
    when: ({ service }) => Object.hasOwn(service.labels, PROXY_NAME_LABEL),
    then: false,
  },
  {
    name: "headless-label",
    why: `label ${HEADLESS_LABEL} says that the Service has no ClusterIP`,
    when: ({ service }) => Object.hasOwn(service.labels, HEADLESS_LABEL),
    then: false,
  },
  {
    name: "headless",
    why: "spec.clusterIP is None: clients reach the pods directly",
    when: ({ service }) => service.clusterIP === "None",
    then: false,
  },
  {
    name: "no-cluster-ip",
    why: "spec.clusterIP is empty: no address was given to the Service yet",
    when: ({ service }) => service.clusterIP === "",
    then: false,
  },
  {
    name: "external-name",
    why: "the type is ExternalName: the Service is a DNS alias",
    when: ({ service }) => service.type === "ExternalName",
    then: false,
  },
  {
    name: "no-ip-of-family",
    why: "no ClusterIP belongs to any of the families that the Service lists",
    when: ({ families }) => families === 0,
    then: false,
  },
  {
    name: "no-ports",
    why: "the Service lists no ports",
    when: ({ service }) => service.ports.length === 0,
    then: false,
  },
  {
    name: "proxied",
    why: "the Service has a ClusterIP and ports",
    when: () => true,
    then: true,
  },
];

/** A slice that is looked at for one Service and family. */
export interface SliceInput {
  /** The slice. */
  readonly slice: EndpointSlice;
  /** The family in question. */
  readonly family: IpFamily;
}

/** Which slices of a Service are used. `then` is true where the slice is. */
export const SLICE_RULES: readonly Rule<SliceInput, string, boolean>[] = [
  {
    name: "headless-slice",
    why: `label ${HEADLESS_LABEL} marks the slice of a Service without ClusterIP`,
    when: ({ slice }) => Object.hasOwn(slice.labels, HEADLESS_LABEL),
    then: false,
  },
  {
    name: "other-proxy-slice",
    why: `label ${PROXY_NAME_LABEL} gives the slice to another proxy`,
    when: ({ slice }) => Object.hasOwn(slice.labels, PROXY_NAME_LABEL),
    then: false,
  },
  {
    name: "other-family",
    why: "addressType is not the family in question",
    when: ({ slice, family }) => slice.addressType !== family,
    then: false,
  },
  {
    name: "used",
    why: "the slice belongs to the Service and is of the family",
    when: () => true,
    then: true,
  },
];

/** An address that a Service asks for: one of its external IPs or load balancer ingress entries. */
export interface AddressInput {
  /** The text of the address, as given. */
  readonly given: string;
  /** The family of the service port in question. */
  readonly family: IpFamily;
  /** The ingress mode; `VIP` for external IPs. */
  readonly ipMode: LoadBalancerIngress["ipMode"];
}

/** What becomes of an address. `then` is true where it becomes a frontend. */
export const ADDRESS_RULES: readonly Rule<AddressInput, string, boolean>[] = [
  {
    name: "hostname-only",
    why: "the entry has no IP: a host name is never resolved",
    when: ({ given }) => given.trim() === "",
    then: false,
  },
  {
    name: "ip-mode-proxy",
    why: "ipMode is not VIP: traffic takes the way through the load balancer",
    when: ({ ipMode }) => ipMode !== "VIP",
    then: false,
  },
  {
    name: "malformed-ip",
    why: "the text is no IP address",
    when: ({ given }) => parseIp(given) === null,
    then: false,
  },
  {
    name: "other-family-ip",
    why: "the address belongs to the other IP family",
    when: ({ given, family }) => parseIp(given)?.family !== family,
    then: false,
  },
  {
    name: "frontend",
    why: "the address is an IP of the family",
    when: () => true,
    then: true,
  },
];

/** One entry of `loadBalancerSourceRanges`, blanks trimmed. */
export interface RangeInput {
  /** The text, as given. */
  readonly given: string;
  /** The range, `null` if the text is none. */
  readonly cidr: Cidr | null;
  /** The family of the service port in question. */
  readonly family: IpFamily;
}

/** What becomes of a source range. `then` is true where it is kept. */
export const RANGE_RULES: readonly Rule<RangeInput, string, boolean>[] = [
  {
    name: "empty-range",
    why: "the text is empty",
    when: ({ given }) => given === "",
    then: false,
  },
  {
    name: "malformed-range",
    why: "the text is no CIDR (an address needs a prefix length)",
    when: ({ cidr }) => cidr === null,
    then: false,
  },
  {
    name: "other-family-range",
    why: "the range belongs to the other IP family",
    when: ({ cidr, family }) => cidr?.family !== family,
    then: false,
  },
  {
    name: "range",
    why: "the range is of the family",
    when: () => true,
    then: true,
  },
];

/** What the source ranges of a service port come to. */
export const SOURCE_RANGES_RULES: readonly Rule<readonly Cidr[], string, boolean>[] = [
  {
    name: "no-ranges",
    why: "no range of the family is given: everybody may connect",
    when: (ranges) => ranges.length === 0,
    then: false,
  },
  {
    name: "all-sources",
    why: "a range of the family has prefix length 0: everybody may connect",
    when: (ranges) => ranges.some((range) => range.prefix === 0),
    then: false,
  },
  {
    name: "limited",
    why: "only clients in the ranges may use the load balancer VIPs",
    when: () => true,
    then: true,
  },
];

/** When `externalTrafficPolicy: Local` is in force. */
export const EXTERNAL_POLICY_RULES: readonly Rule<Service, string, TrafficPolicy>[] = [
  {
    name: "cluster",
    why: "externalTrafficPolicy is not Local",
    when: (service) => service.externalTrafficPolicy !== "Local",
    then: "Cluster",
  },
  {
    name: "local",
    why: "the type is NodePort or LoadBalancer and externalTrafficPolicy is Local",
    when: (service) => service.type === "NodePort" || service.type === "LoadBalancer",
    then: "Local",
  },
  {
    name: "local-external-ips",
    why: "the Service has external IPs and externalTrafficPolicy is Local",
    when: (service) => service.type === "ClusterIP" && service.externalIPs.length > 0,
    then: "Local",
  },
  {
    name: "not-external",
    why: "externalTrafficPolicy is Local, but the Service is not meant for traffic from outside",
    when: () => true,
    then: "Cluster",
  },
];

/** Whether the service port has a health check node port. */
export const HEALTH_CHECK_RULES: readonly Rule<Service, string, boolean>[] = [
  {
    name: "not-load-balancer",
    why: "only Services of type LoadBalancer have a health check node port",
    when: (service) => service.type !== "LoadBalancer",
    then: false,
  },
  {
    name: "not-local",
    why: "externalTrafficPolicy is not Local: the proxy's own health check is used",
    when: (service) => service.externalTrafficPolicy !== "Local",
    then: false,
  },
  {
    name: "health-check",
    why: "a LoadBalancer Service with externalTrafficPolicy Local is checked on its own port",
    when: () => true,
    then: true,
  },
];
