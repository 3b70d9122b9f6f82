/**
 * Who puts service addresses on an interface, so that listeners can bind them.
 *
 * @module
 */
import type { ApplyResult } from "../backend.ts";

/** Puts addresses on an interface of this machine and takes them off again. */
export interface AddressManager {
  /** A short name for the log. */
  readonly name: string;
  /**
   * Puts the address on the interface and resolves when a socket can be bound to it. An address that
   * is there already is fine.
   */
  assign(ip: string, signal: AbortSignal): Promise<ApplyResult>;
  /**
   * Takes the address off again, if it was this manager that put it there: an external IP may be the
   * node's own address. One that is not there is fine.
   */
  release(ip: string, signal: AbortSignal): Promise<ApplyResult>;
  /** Whether it was this manager that put the address there. */
  owns(ip: string): boolean;
}
