/**
 * Which network of HNS is the CNI's. Never guessed where several could be. Pure.
 *
 * @module
 */
import { networksNamed } from "../../backends/mod.ts";
import type { NetworkFacts } from "./facts.ts";

/** What came of looking for the CNI's network. */
export type ChosenNetwork =
  | {
    /** It is there. */
    readonly ok: true;
    /** The network. */
    readonly network: NetworkFacts;
  }
  | {
    /** It is not. */
    readonly ok: false;
    /** Why not. */
    readonly why: string;
  };

/** The network of that name or pattern; without a name the only one that a CNI can have made. */
export function chooseNetwork(
  networks: readonly NetworkFacts[],
  name: string | null,
): ChosenNetwork {
  const seen = networks.length === 0
    ? "HNS has none"
    : `HNS has ${networks.map((each) => `"${each.name}" (${each.type})`).join(", ")}`;
  if (name !== null) {
    const [network, ...more] = networksNamed(networks, name);
    if (network === undefined) {
      return { ok: false, why: `there is no network "${name}"; ${seen}` };
    }
    if (more.length === 0) return { ok: true, network };
    return { ok: false, why: `several networks fit "${name}"; ${seen}` };
  }
  const [only, ...more] = candidates(networks);
  if (only === undefined) return { ok: false, why: `the CNI has made no network yet; ${seen}` };
  if (more.length === 0) return { ok: true, network: only };
  return { ok: false, why: `the network is not named and several could be it; ${seen}` };
}

/** The networks that a CNI can have made for pods: Docker's are NAT, and Calico's helper is none. */
export function candidates(networks: readonly NetworkFacts[]): readonly NetworkFacts[] {
  return networks.filter(({ name, type }) =>
    !["nat", "ics", "private", "internal"].includes(type.toLowerCase()) && name !== "External"
  );
}
