/**
 * A service as a row of the list, judged by a table of rules, and the search for rows. Pure.
 *
 * @module
 */
import {
  addressOf,
  type EndpointView,
  firstMatch,
  frontendAddress,
  type NodeView,
  type Rule,
  type ServicePortView,
  type ServiceView,
} from "../../core/mod.ts";
import type { Level, ServiceRow } from "./wire.ts";

/** How many frontends a row shows. */
const SHOWN_FRONTENDS = 3;

/** How a service is, by the first rule that holds. */
export const ROW_RULES: readonly Rule<ServiceView, string, Level>[] = [
  {
    name: "not-proxied",
    why: "a rule leaves the Service out",
    when: ({ skipped }) => skipped !== null,
    then: "off",
  },
  {
    name: "no-usable-endpoints",
    why: "no endpoint of a port can be used anywhere: its connections are refused",
    when: ({ servicePorts }) => servicePorts.some((port) => !port.hasAnyEndpoints),
    then: "bad",
  },
  {
    name: "address-claimed",
    why: "another service port has an address that this one asks for",
    when: ({ servicePorts }) =>
      servicePorts.some(({ dropped }) => dropped.some(({ owner }) => owner !== undefined)),
    then: "bad",
  },
  {
    name: "none-on-this-node",
    why: "the traffic policy is Local and no usable endpoint runs on this node",
    when: ({ servicePorts }) => servicePorts.some(lacksLocal),
    then: "warn",
  },
  {
    name: "proxied",
    why: "every frontend has endpoints",
    when: () => true,
    then: "good",
  },
];

/** How a service is for a server of KPNG, which knows no node of its own. */
export const SERVER_ROW_RULES: readonly Rule<ServiceView, string, Level>[] = [
  ...ROW_RULES.filter(({ name }) => name !== "none-on-this-node" && name !== "proxied"),
  {
    name: "told",
    why: "clients are told of it; each picks the endpoints for its own node",
    when: () => true,
    then: "good",
  },
];

/** By what a row is judged, and which endpoints count as used. */
export interface RowTerms {
  /** The rules. */
  readonly rules: readonly Rule<ServiceView, string, Level>[];
  /** Whether an endpoint is used. */
  readonly isUsed: (endpoint: EndpointView) => boolean;
}

/** The terms of a proxy. */
const PROXY_TERMS: RowTerms = {
  rules: ROW_RULES,
  isUsed: ({ internal, external }) => internal || external,
};

/** The terms of a server of KPNG: what is ready may be used by some node. */
export const SERVER_TERMS: RowTerms = { rules: SERVER_ROW_RULES, isUsed: ({ ready }) => ready };

function lacksLocal({ frontends, endpoints }: ServicePortView): boolean {
  return frontends.some(({ kind }) =>
    !endpoints.some((each) => kind === "ClusterIP" ? each.internal : each.external)
  );
}

/** A service as a row of the list; a proxy's, if no other terms are given. */
export function serviceRow(
  view: ServiceView,
  { rules, isUsed }: RowTerms = PROXY_TERMS,
): ServiceRow {
  const { name, why, then } = firstMatch(rules, view);
  const frontends = view.servicePorts.flatMap((port) =>
    port.frontends.map((each) => ({
      kind: each.kind,
      address: frontendAddress(each),
      protocol: port.protocol,
    }))
  );
  const known = new Set<string>();
  const used = new Set<string>();
  for (const { endpoints } of view.servicePorts) {
    for (const each of endpoints) {
      known.add(each.ip);
      if (isUsed(each)) used.add(each.ip);
    }
  }
  return {
    service: view.service,
    type: view.servicePorts[0]?.type ?? "",
    verdict: {
      level: then,
      rule: view.skipped ?? name,
      why: view.skipped === null ? why : `not proxied: ${view.skipped}`,
    },
    frontends: frontends.slice(0, SHOWN_FRONTENDS),
    more: Math.max(0, frontends.length - SHOWN_FRONTENDS),
    endpoints: known.size,
    used: used.size,
  };
}

interface Searchable {
  readonly name: string;
  /** Each address followed by a space. */
  readonly addresses: string;
}

/** A view never changes, so what is searched in it need be written only once. */
const searchables = new WeakMap<ServiceView, Searchable>();

function searchableOf(view: ServiceView): Searchable {
  const known = searchables.get(view);
  if (known !== undefined) return known;
  const addresses = new Set<string>();
  for (const { frontends, endpoints } of view.servicePorts) {
    for (const each of frontends) addresses.add(frontendAddress(each));
    for (const { ip, port } of endpoints) addresses.add(addressOf(ip, port));
  }
  const searchable = { name: view.service, addresses: [...addresses, ""].join(" ") };
  searchables.set(view, searchable);
  return searchable;
}

/**
 * Whether a service has all words of the query in its name, an address or a port of a frontend or of
 * an endpoint. A number is a whole port, or part of the name.
 */
export function matches(view: ServiceView, query: string): boolean {
  const { name, addresses } = searchableOf(view);
  return query.toLowerCase().split(/\s+/).every((word) =>
    name.includes(word) ||
    addresses.includes(/^:?\d+$/.test(word) ? `:${word.replace(":", "")} ` : word)
  );
}

/** How many services are looked at before others get their turn. */
const SEARCH_STEP = 500;

/** The names of the services that match. Others get their turn in between. */
export async function findServices(view: NodeView, query: string): Promise<readonly string[]> {
  const found: string[] = [];
  let looked = 0;
  for (const service of view.services.values()) {
    if (matches(service, query)) found.push(service.service);
    if (++looked % SEARCH_STEP === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return found;
}
