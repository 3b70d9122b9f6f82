/**
 * kube-proxy's feature gates, as data: which there are at the level that Windlass stands for, which
 * are locked, and what Windlass does about each.
 *
 * @module
 */

/** A feature gate. */
export interface FeatureGate {
  /** The name. */
  readonly name: string;
  /** What it is locked to; `null` where it can be set. */
  readonly locked: boolean | null;
  /** What Windlass does. */
  readonly note: string;
}

/** The gates that kube-proxy 1.34 knows on Windows. */
export const FEATURE_GATES: readonly FeatureGate[] = [
  { name: "AllAlpha", locked: null, note: "no effect: Windlass has no alpha features" },
  { name: "AllBeta", locked: null, note: "no effect: Windlass has no beta features" },
  { name: "ComponentFlagz", locked: null, note: "no effect" },
  { name: "ComponentSLIs", locked: true, note: "no effect" },
  { name: "ComponentStatusz", locked: null, note: "no effect" },
  { name: "ContextualLogging", locked: null, note: "no effect" },
  { name: "LoadBalancerIPMode", locked: true, note: "always on" },
  { name: "LoggingAlphaOptions", locked: null, note: "no effect" },
  { name: "LoggingBetaOptions", locked: null, note: "no effect: JSON lines need no gate" },
  { name: "MultiCIDRServiceAllocator", locked: true, note: "no effect" },
  { name: "PreferSameTrafficDistribution", locked: null, note: "always on" },
  { name: "ServiceTrafficDistribution", locked: true, note: "always on" },
  { name: "TopologyAwareHints", locked: true, note: "always on" },
  { name: "WinDSR", locked: true, note: "always on: --enable-dsr decides" },
  { name: "WinOverlay", locked: true, note: "always on" },
];

/** What came of checking gates. */
export interface CheckedGates {
  /** What must be put right. */
  readonly problems: readonly string[];
  /** What is worth a line. */
  readonly warnings: readonly string[];
}

/**
 * Checks `--feature-gates`. A gate set against its lock is an error, as with kube-proxy. A gate that
 * nobody knows is only a warning: scripts carry those of all the years, and kube-proxy's own list
 * changes with each version.
 */
export function checkFeatureGates(gates: Readonly<Record<string, boolean>>): CheckedGates {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [name, on] of Object.entries(gates)) {
    const gate = FEATURE_GATES.find((each) => each.name === name);
    if (gate === undefined) warnings.push(`Feature gate ${name} is not known and has no effect`);
    else if (gate.locked !== null && gate.locked !== on) {
      problems.push(
        `featureGates: cannot set feature gate ${name} to ${on}: it is locked to ${gate.locked}`,
      );
    } else if (gate.note.startsWith("always on") && !on) {
      warnings.push(`Feature gate ${name} is ${gate.note}; setting it to false has no effect`);
    }
  }
  return { problems, warnings };
}
