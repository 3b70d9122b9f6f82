/**
 * What changed at one service port, in words and as plain data. Pure.
 *
 * @module
 */
import {
  addressOf,
  type Change,
  type EndpointView,
  type Frontend,
  type IpFamily,
  type Protocol,
  type ServicePortView,
} from "../../core/mod.ts";

/** Which traffic an endpoint takes on this node. */
export type EndpointUse = "internal and external" | "internal" | "external" | "unused";

/** One service port that came, changed or went, as the print backend tells it. */
export interface ServicePortChange {
  /** What happened to it. */
  readonly change: Change["type"];
  /** `namespace/name:port`, or `namespace/name` for an unnamed port. */
  readonly name: string;
  /** The IP family. */
  readonly family: IpFamily;
  /** The protocol. */
  readonly protocol: Protocol;
  /** The addresses on which it is reached, as `ClusterIP 10.96.0.10:80`, `NodePort *:30080`. */
  readonly frontends: {
    /** New ones. */
    readonly added: readonly string[];
    /** Those that are gone. */
    readonly removed: readonly string[];
  };
  /** Its endpoints, by `ip:port`. */
  readonly endpoints: {
    /** New ones. */
    readonly added: readonly string[];
    /** Those that are gone. */
    readonly removed: readonly string[];
    /** Those that this node uses otherwise than before. */
    readonly changed: readonly {
      /** `ip:port`. */
      readonly endpoint: string;
      /** What it was used for. */
      readonly before: EndpointUse;
      /** What it is used for. */
      readonly now: EndpointUse;
    }[];
    /** How many the node uses now. */
    readonly used: number;
  };
  /** What else the Service asks for and did not ask for before. */
  readonly settings: readonly {
    /** The setting's name in the Service API. */
    readonly setting: string;
    /** What it was. */
    readonly before: string;
    /** What it is. */
    readonly now: string;
  }[];
}

/** Settings that are told when they change. */
const SETTINGS: readonly {
  readonly setting: string;
  readonly of: (entry: ServicePortView) => string;
}[] = [
  { setting: "type", of: (entry) => entry.type },
  { setting: "internalTrafficPolicy", of: (entry) => entry.internalTrafficPolicy },
  { setting: "externalTrafficPolicy", of: (entry) => entry.externalTrafficPolicy },
  {
    setting: "sessionAffinity",
    of: ({ sessionAffinity }) =>
      sessionAffinity === null
        ? "None"
        : `ClientIP for ${sessionAffinity.clientIP.timeoutSeconds}s`,
  },
  {
    setting: "loadBalancerSourceRanges",
    of: ({ sourceRanges }) => sourceRanges.join(",") || "all",
  },
  { setting: "healthCheckNodePort", of: (entry) => String(entry.healthCheckNodePort || "none") },
];

/** Turns a change of the view into what the print backend tells of it. */
export function describeChange(change: Change): ServicePortChange {
  const before = change.type === "add" ? null : change.before;
  const now = change.type === "remove" ? null : change.now;
  const { name, family, protocol } = change.type === "remove" ? change.before : change.now;
  return {
    change: change.type,
    name,
    family,
    protocol,
    frontends: addedAndRemoved(frontendsOf(before), frontendsOf(now)),
    endpoints: compareEndpoints(before?.endpoints ?? [], now?.endpoints ?? []),
    settings: before === null || now === null ? [] : compareSettings(before, now),
  };
}

/** The change as one line of text. */
export function changeLine(change: ServicePortChange): string {
  const { name, family, protocol, frontends, endpoints } = change;
  const subject = `${name} ${family}/${protocol}`;
  switch (change.change) {
    case "add":
      return `+ ${subject} ${frontends.added.join(", ") || "no frontend"} → ${
        used(endpoints.used)
      }`;
    case "remove":
      return `- ${subject} ${frontends.removed.join(", ") || "no frontend"}`;
    case "update":
      return `~ ${subject} ${updateParts(change).join("; ")} → ${used(endpoints.used)}`;
  }
}

function updateParts({ frontends, endpoints, settings }: ServicePortChange): readonly string[] {
  const parts = [
    ...frontends.added.map((frontend) => `+${frontend}`),
    ...frontends.removed.map((frontend) => `-${frontend}`),
    ...endpoints.added.map((endpoint) => `+${endpoint}`),
    ...endpoints.removed.map((endpoint) => `-${endpoint}`),
    ...endpoints.changed.map((each) => `${each.endpoint} ${each.before} → ${each.now}`),
    ...settings.map((each) => `${each.setting} ${each.before} → ${each.now}`),
  ];
  return parts.length > 0 ? parts : ["nothing that traffic would notice"];
}

function used(count: number): string {
  return count === 0 ? "no endpoints" : count === 1 ? "1 endpoint" : `${count} endpoints`;
}

function frontendsOf(entry: ServicePortView | null): readonly string[] {
  return entry?.frontends.map(frontendText) ?? [];
}

function frontendText(frontend: Frontend): string {
  return frontend.kind === "NodePort"
    ? `NodePort *:${frontend.port}`
    : `${frontend.kind} ${addressOf(frontend.ip, frontend.port)}`;
}

function addedAndRemoved(
  before: readonly string[],
  now: readonly string[],
): ServicePortChange["frontends"] {
  const old = new Set(before);
  const current = new Set(now);
  return {
    added: now.filter((each) => !old.has(each)),
    removed: before.filter((each) => !current.has(each)),
  };
}

function compareEndpoints(
  before: readonly EndpointView[],
  now: readonly EndpointView[],
): ServicePortChange["endpoints"] {
  const old = usesOf(before);
  const current = usesOf(now);
  const { added, removed } = addedAndRemoved([...old.keys()], [...current.keys()]);
  const changed = [];
  for (const [endpoint, use] of current) {
    const was = old.get(endpoint);
    if (was !== undefined && was !== use) changed.push({ endpoint, before: was, now: use });
  }
  const used = current.values().reduce((sum, use) => use === "unused" ? sum : sum + 1, 0);
  return { added, removed, changed, used };
}

function usesOf(endpoints: readonly EndpointView[]): ReadonlyMap<string, EndpointUse> {
  return new Map(endpoints.map((each) => [addressOf(each.ip, each.port), useOf(each)]));
}

function useOf({ internal, external }: EndpointView): EndpointUse {
  if (internal) return external ? "internal and external" : "internal";
  return external ? "external" : "unused";
}

function compareSettings(
  before: ServicePortView,
  now: ServicePortView,
): ServicePortChange["settings"] {
  return SETTINGS
    .map(({ setting, of }) => ({ setting, before: of(before), now: of(now) }))
    .filter((each) => each.before !== each.now);
}
