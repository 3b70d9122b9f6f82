/**
 * On which interface service addresses go: an ordered table, first match wins. Pure.
 *
 * @module
 */
import type { WindowsInterface } from "./way.ts";

/** The variable by which kube-proxy and KPNG are told. */
export const INTERFACE_ENV = "INTERFACE_TO_ADD_SERVICE_IP";

/** The interface that kube-proxy and KPNG take where they are told nothing. */
export const HNS_INTERNAL_NIC = "vEthernet (HNS Internal NIC)";

/** What the operator says. */
export interface InterfaceWish {
  /** The name on the command line, `null` for none. */
  readonly named: string | null;
  /** What the environment variable says, `null` for nothing. */
  readonly fromEnvironment: string | null;
}

/** Why an interface was taken. */
export type InterfaceRule =
  | "named"
  | "environment"
  | "hns-internal-nic"
  | "loopback-adapter";

/** What came of looking for the interface. */
export type FoundInterface =
  | {
    /** It is there. */
    readonly ok: true;
    /** The interface. */
    readonly on: WindowsInterface;
    /** The rule that decided. */
    readonly rule: InterfaceRule;
  }
  | {
    /** It is not. */
    readonly ok: false;
    /** What was looked for, and what there is. */
    readonly why: string;
  };

interface Rule {
  readonly name: InterfaceRule;
  /** Whether the rule decides, found or not. */
  readonly settles: (wish: InterfaceWish) => boolean;
  readonly fits: (each: WindowsInterface, wish: InterfaceWish) => boolean;
}

const INTERFACE_RULES: readonly Rule[] = [
  {
    name: "named",
    settles: ({ named }) => named !== null,
    fits: ({ name }, { named }) => same(name, named),
  },
  {
    name: "environment",
    settles: ({ fromEnvironment }) => fromEnvironment !== null,
    fits: ({ name }, { fromEnvironment }) => same(name, fromEnvironment),
  },
  {
    name: "hns-internal-nic",
    settles: () => false,
    fits: ({ name }) => same(name, HNS_INTERNAL_NIC),
  },
  {
    // Microsoft's KM-TEST driver; the system's own "Loopback Pseudo-Interface" is none of it.
    name: "loopback-adapter",
    settles: () => false,
    fits: ({ description, name }) => /loopback adapter/i.test(`${description} ${name}`),
  },
];

/** The interface for service addresses. */
export function findInterface(
  interfaces: readonly WindowsInterface[],
  wish: InterfaceWish,
): FoundInterface {
  for (const rule of INTERFACE_RULES) {
    const on = interfaces.find((each) => rule.fits(each, wish));
    if (on !== undefined) return { ok: true, on, rule: rule.name };
    if (rule.settles(wish)) break;
  }
  return { ok: false, why: whyNot(interfaces, wish) };
}

function whyNot(
  interfaces: readonly WindowsInterface[],
  { named, fromEnvironment }: InterfaceWish,
): string {
  const looked = named !== null
    ? `there is no interface "${named}"`
    : fromEnvironment !== null
    ? `there is no interface "${fromEnvironment}", which $${INTERFACE_ENV} names`
    : `there is no interface "${HNS_INTERNAL_NIC}" and no loopback adapter`;
  const names = interfaces.map(({ name }) => `"${name}"`).sort();
  const there = names.length === 0 ? "there is none at all" : `there are ${names.join(", ")}`;
  return `${looked}; ${there}. Name one of them by --interface, or make one: ` +
    "New-VMSwitch -Name KubeProxyInternalSwitch -SwitchType Internal; Add-VMNetworkAdapter " +
    '-ManagementOS -Name "HNS Internal NIC" -SwitchName KubeProxyInternalSwitch';
}

function same(name: string, wanted: string | null): boolean {
  return wanted !== null && name.toLowerCase() === wanted.trim().toLowerCase();
}
