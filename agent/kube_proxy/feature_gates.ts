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
  /** How far it is: `""` for general availability. */
  readonly stage: "" | "ALPHA" | "BETA";
  /** Whether it is on if nothing is said. */
  readonly on: boolean;
  /** What it is locked to; `null` where it can be set. */
  readonly locked: boolean | null;
  /** What Windlass does. */
  readonly note: string;
}

/** A gate that is locked: general, on for good. */
function general(name: string, note: string): FeatureGate {
  return { name, stage: "", on: true, locked: true, note };
}

/** A gate that is not for everybody yet, and off. */
function alpha(name: string, note = "no effect"): FeatureGate {
  return { name, stage: "ALPHA", on: false, locked: null, note };
}

/** A gate that is not final. */
function beta(name: string, on: boolean, note = "no effect"): FeatureGate {
  return { name, stage: "BETA", on, locked: null, note };
}

/** The gates that kube-proxy 1.34 knows on Windows. */
export const FEATURE_GATES: readonly FeatureGate[] = [
  alpha("AllAlpha", "no effect: Windlass has no alpha features"),
  beta("AllBeta", false, "no effect: Windlass has no beta features"),
  alpha("ComponentFlagz", "always on: /flagz"),
  general("ComponentSLIs", "always on: /metrics/slis"),
  alpha("ComponentStatusz", "always on: /statusz"),
  beta("ContextualLogging", true),
  general("LoadBalancerIPMode", "always on"),
  alpha("LoggingAlphaOptions"),
  beta("LoggingBetaOptions", true, "no effect: JSON lines need no gate"),
  general("MultiCIDRServiceAllocator", "no effect"),
  beta("PreferSameTrafficDistribution", true, "always on"),
  general("ServiceTrafficDistribution", "always on"),
  general("TopologyAwareHints", "always on"),
  general("WinDSR", "always on: --enable-dsr decides"),
  general("WinOverlay", "always on"),
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

/** The gates with what they are set to, for the metrics. */
export function gateStates(
  set: Readonly<Record<string, boolean>>,
): readonly Pick<FeatureGate, "name" | "stage" | "on">[] {
  return FEATURE_GATES.map(({ name, stage, on }) => ({ name, stage, on: set[name] ?? on }));
}
