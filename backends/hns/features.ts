/**
 * What a build of HNS can do: a table of features by version, as Microsoft's hnslib has it.
 *
 * @module
 */

/** The version of HNS. */
export interface HnsVersion {
  /** The major number. */
  readonly major: number;
  /** The minor number. */
  readonly minor: number;
}

/** The features that a service proxy asks for. */
export const FEATURES = [
  "v2",
  "dsr",
  "dual-stack",
  "session-affinity",
  "modify-load-balancer",
  "duplicate-addresses",
] as const;

/** A feature that a service proxy asks for. */
export type Feature = typeof FEATURES[number];

/** One row: since when HNS has a feature. */
export interface FeatureRow {
  /** The feature. */
  readonly feature: Feature;
  /** What it is, in words. */
  readonly why: string;
  /** Ranges of minor versions within one major version: from the given one on. */
  readonly within: readonly HnsVersion[];
  /** This version and all later ones. */
  readonly since: HnsVersion;
}

/** Since when HNS has which feature. */
export const FEATURE_TABLE: readonly FeatureRow[] = [
  {
    feature: "v2",
    why: "the schema-2 API and remote endpoints (Server 2019)",
    within: [],
    since: { major: 9, minor: 2 },
  },
  {
    feature: "dsr",
    why: "direct server return (Server 2019 with updates; not HNS 10.0 and 10.1)",
    within: [{ major: 9, minor: 3 }],
    since: { major: 10, minor: 2 },
  },
  {
    feature: "dual-stack",
    why: "IPv6 and dual-stack services (version 2004, Server 2022)",
    within: [],
    since: { major: 11, minor: 10 },
  },
  {
    feature: "session-affinity",
    why: "distribution by source address (Server 2022)",
    within: [],
    since: { major: 12, minor: 0 },
  },
  {
    feature: "modify-load-balancer",
    why: "load balancers can be changed in place (15.4 says so, but does nothing)",
    within: [],
    since: { major: 15, minor: 5 },
  },
  {
    feature: "duplicate-addresses",
    why: "two endpoints of one address, while one takes over from the other (found out by trying)",
    within: [],
    since: { major: 0, minor: 0 },
  },
];

/** Whether HNS of that version has the feature. */
export function hasFeature(version: HnsVersion, feature: Feature): boolean {
  const row = FEATURE_TABLE.find((each) => each.feature === feature);
  if (row === undefined) return false;
  return atLeast(version, row.since) ||
    row.within.some((from) => version.major === from.major && version.minor >= from.minor);
}

/** The features of HNS of that version. */
export function featuresOf(version: HnsVersion): ReadonlySet<Feature> {
  return new Set(FEATURES.filter((feature) => hasFeature(version, feature)));
}

/** The version as Microsoft writes it: `15.5`. */
export function versionText({ major, minor }: HnsVersion): string {
  return `${major}.${minor}`;
}

function atLeast(version: HnsVersion, least: HnsVersion): boolean {
  return version.major > least.major ||
    (version.major === least.major && version.minor >= least.minor);
}
