/**
 * A way to the addresses of a Windows machine: what it can see, and the two things that it can do.
 * The manager above it decides; a way translates and keeps nothing.
 *
 * @module
 */

/** A network interface. */
export interface WindowsInterface {
  /** The name that people see: `vEthernet (HNS Internal NIC)`. */
  readonly name: string;
  /** What its driver calls it, `""` where the way does not tell. */
  readonly description: string;
  /** The number by which Windows knows it, `null` where the way does not tell. */
  readonly luid: bigint | null;
}

/** Where duplicate detection stands with an address, by Windows' names. */
export const ADDRESS_STATES = [
  "invalid",
  "tentative",
  "duplicate",
  "deprecated",
  "preferred",
] as const;

/** Where duplicate detection stands with an address; `unknown` where the way does not tell. */
export type AddressState = typeof ADDRESS_STATES[number] | "unknown";

/** An address of this machine. */
export interface WindowsAddress {
  /** The address, in canonical text. */
  readonly ip: string;
  /** The length of its prefix. */
  readonly prefix: number;
  /** The name of its interface. */
  readonly interfaceName: string;
  /** Where duplicate detection stands. */
  readonly state: AddressState;
  /** Whether Windows never sends from it by itself; `null` where the way does not tell. */
  readonly skipAsSource: boolean | null;
}

/** What a look at the machine gave. */
export interface Look {
  /** Its interfaces. */
  readonly interfaces: readonly WindowsInterface[];
  /** Its addresses. */
  readonly addresses: readonly WindowsAddress[];
}

/** Why Windows did not do what it was asked. */
export interface Refusal {
  /** Windows' error code; `null` where there is none. */
  readonly code: number | null;
  /** What was met, and what would be right. */
  readonly why: string;
  /** Whether trying again later may help. */
  readonly retry: boolean;
}

/** A way to the addresses of this machine. */
export interface AddressWay {
  /** A short name for the log and the flag: `iphelper`. */
  readonly name: string;
  /** Looks at the machine. Rejects if it cannot. */
  look(): Promise<Look>;
  /**
   * Puts addresses on an interface: for as long as the system runs, with the prefix of a single
   * address, and never as the source of what the machine itself sends. Answers what was refused.
   */
  add(on: WindowsInterface, ips: readonly string[]): Promise<ReadonlyMap<string, Refusal>>;
  /** Takes addresses off an interface. One that is not there is fine. Answers what was refused. */
  remove(on: WindowsInterface, ips: readonly string[]): Promise<ReadonlyMap<string, Refusal>>;
  /** Gives back what it holds. */
  close(): void;
}

/** What came of opening a way. */
export type OpenedWay =
  | {
    /** It works here. */
    readonly ok: true;
    /** The way. */
    readonly way: AddressWay;
  }
  | {
    /** It does not. */
    readonly ok: false;
    /** Why not. */
    readonly why: string;
  };

/** The length of the prefix of a single address. */
export function hostPrefix(ip: string): number {
  return ip.includes(":") ? 128 : 32;
}
