/**
 * The node's addresses and all that hangs on them, as the planner takes them; and whoever follows
 * them when they change, as with DHCP, or a network that comes late.
 *
 * @module
 */
import type { Cidr, Ip, Logger } from "../../core/mod.ts";
import type { SetTimer } from "./flow_sweep.ts";
import { type HostAddresses, knownAddresses, type ListAddresses } from "./host_addresses.ts";
import { isLimited, type NodePorts, nodePortsOn } from "./node_port_addresses.ts";
import { messageOf } from "./sockets.ts";

/** What hangs on the node's addresses. */
export interface NodeAddresses extends HostAddresses {
  /** Where node ports are served. */
  readonly nodePorts: NodePorts;
}

/** How the node's addresses are followed. */
export interface NodeAddressesOptions {
  /** Lists them as they are. */
  readonly list: ListAddresses;
  /** The ranges that limit those that serve node ports. */
  readonly ranges: readonly Cidr[];
  /** Whether the data path answers a datagram from the very address that it came to. */
  readonly answersFromThere: () => boolean;
  /** Where to write what happens. */
  readonly log: Logger;
  /** Sets a timer. */
  readonly setTimer: SetTimer;
}

/** How often to look, in milliseconds: listing takes less than one on a node with few addresses. */
export const LOOK_EVERY_MS = 5000;

/** Follows the node's addresses. They are listed only once somebody has asked something of them. */
export class NodeFollower {
  readonly #options: NodeAddressesOptions;
  readonly #answersFromThere: () => boolean;
  #listed: readonly Ip[] | null = null;
  #current: NodeAddresses;
  /** Whether the last look failed, which is told once. */
  #isBlind = false;

  /**
   * Knows nothing yet.
   *
   * @throws {Error} If ranges limit the addresses for node ports, and they may not be listed.
   */
  constructor(options: NodeAddressesOptions) {
    this.#options = options;
    let answers: boolean | null = null;
    // Asked once: another answer would have node ports bound anew that nothing has happened to.
    this.#answersFromThere = () => answers ??= options.answersFromThere();
    this.#current = this.#on(() => this.#listed = options.list());
    const limited = (["IPv4", "IPv6"] as const).some((family) => isLimited(options.ranges, family));
    if (limited && options.list() === null) {
      throw new TypeError(
        "Cannot limit node ports to ranges of the node's addresses: these may not be listed; " +
          "allow it with --allow-sys=networkInterfaces",
      );
    }
  }

  /** What was last seen. */
  get current(): NodeAddresses {
    return this.#current;
  }

  /**
   * Looks, if somebody has asked before; answers with what is seen, the same if nothing changed. What
   * cannot be listed for the time being is taken to be what it was.
   */
  look(): NodeAddresses {
    const before = this.#listed;
    const now = before === null ? null : this.#list();
    if (before === null || now === null || sameIps(before, now)) return this.#current;
    const texts = (some: readonly Ip[], others: readonly Ip[]) =>
      some.filter(({ text }) => !others.some((other) => other.text === text))
        .map(({ text }) => text).join(" ");
    const fields = { new: texts(now, before), gone: texts(before, now) };
    this.#options.log.info("The node's addresses have changed", fields);
    this.#listed = now;
    return this.#current = this.#on(() => now);
  }

  /** Calls back after each change, until the answer is called. */
  watch(onChange: () => void): () => void {
    const { setTimer } = this.#options;
    let seen = this.#current;
    const lookOn = () => {
      cancel = setTimer(lookOn, LOOK_EVERY_MS);
      const before = seen;
      seen = this.look();
      if (seen !== before) onChange();
    };
    let cancel = setTimer(lookOn, LOOK_EVERY_MS);
    return () => cancel();
  }

  #list(): readonly Ip[] | null {
    const { list, log } = this.#options;
    try {
      const listed = list();
      this.#isBlind = false;
      return listed;
    } catch (error) {
      if (!this.#isBlind) {
        const instead = "they are taken to be what they were, until they can be listed again";
        log.warn("Cannot list the node's addresses", { error: messageOf(error), instead });
      }
      this.#isBlind = true;
      return null;
    }
  }

  #on(list: ListAddresses): NodeAddresses {
    const { ranges } = this.#options;
    const answersFromThere = this.#answersFromThere;
    let listed: readonly Ip[] | null | undefined;
    const ips = () => listed === undefined ? listed = list() : listed;
    return { ...knownAddresses(ips), nodePorts: nodePortsOn({ ranges, answersFromThere, ips }) };
  }
}

function sameIps(a: readonly Ip[], b: readonly Ip[]): boolean {
  return a.length === b.length && a.every(({ text }, index) => text === b[index]?.text);
}
