/**
 * A Windows machine on a list, for tests: the same answers and the same refusals, by whatever way.
 *
 * @module
 */
import { refusalOf } from "./refusals.ts";
import type { AddressState, AddressWay, Refusal, WindowsAddress, WindowsInterface } from "./way.ts";

/** What a test decides about its machine. */
export interface MachineOptions {
  /** The names of its interfaces. */
  readonly interfaces?: readonly string[];
  /** The state of an address that was just added. */
  readonly state?: AddressState;
}

/** A Windows machine on a list. */
export class Machine implements AddressWay {
  /** The name of the way. */
  readonly name = "machine";
  /** The names of its interfaces. */
  interfaces: readonly string[];
  /** Its addresses. */
  addresses: WindowsAddress[] = [];
  /** The state of an address that is added. */
  state: AddressState;
  /** The code by which every change is refused; 0 for none. */
  refuses = 0;
  /** Thrown by each change and look. */
  broken: Error | null = null;
  /** What was called, with how many addresses. */
  readonly calls: string[] = [];

  /** Makes one. */
  constructor({ interfaces = ["Ethernet", NIC], state = "preferred" }: MachineOptions = {}) {
    this.interfaces = interfaces;
    this.state = state;
  }

  /** An address that somebody put there. */
  has(ip: string, interfaceName = NIC, more: Partial<WindowsAddress> = {}): void {
    const prefix = ip.includes(":") ? 128 : 32;
    const { state } = this;
    this.addresses.push({ ip, prefix, interfaceName, state, skipAsSource: true, ...more });
  }

  /** Takes an interface away, with all that is on it. */
  drop(name: string): void {
    this.interfaces = this.interfaces.filter((each) => each !== name);
    this.addresses = this.addresses.filter(({ interfaceName }) => interfaceName !== name);
  }

  /** The addresses of the service interface. */
  list(): readonly string[] {
    return this.addresses.filter(({ interfaceName }) => interfaceName === NIC).map(({ ip }) => ip);
  }

  /** Looks at the machine. */
  look(): ReturnType<AddressWay["look"]> {
    this.calls.push("look");
    if (this.broken !== null) return Promise.reject(this.broken);
    const interfaces = this.interfaces.map((name, index): WindowsInterface => {
      return { name, description: "", luid: BigInt(index + 1) };
    });
    return Promise.resolve({ interfaces, addresses: [...this.addresses] });
  }

  /** Adds addresses. */
  add(on: WindowsInterface, ips: readonly string[]): Promise<ReadonlyMap<string, Refusal>> {
    return this.#change("add", ips, (ip) => {
      if (this.addresses.some((each) => each.ip === ip)) return 5010;
      this.has(ip, on.name);
      return 0;
    });
  }

  /** Removes addresses. */
  remove(on: WindowsInterface, ips: readonly string[]): Promise<ReadonlyMap<string, Refusal>> {
    return this.#change("remove", ips, (ip) => {
      this.addresses = this.addresses.filter((each) =>
        each.ip !== ip || each.interfaceName !== on.name
      );
      return 0;
    });
  }

  /** Remembers it. */
  close(): void {
    this.calls.push("close");
  }

  #change(
    verb: string,
    ips: readonly string[],
    one: (ip: string) => number,
  ): Promise<ReadonlyMap<string, Refusal>> {
    this.calls.push(`${verb} ${ips.length}`);
    if (this.broken !== null) return Promise.reject(this.broken);
    const codes = ips.map((ip) => [ip, this.refuses || one(ip)] as const);
    const refused = codes.filter(([, code]) => code !== 0);
    return Promise.resolve(new Map(refused.map(([ip, code]) => [ip, refusalOf(verb, code)])));
  }
}

/** The service interface. */
export const NIC = "vEthernet (HNS Internal NIC)";
