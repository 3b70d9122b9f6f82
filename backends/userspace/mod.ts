/**
 * The userspace backend: services as sockets of this process.
 *
 * @module
 */
export type { AddressManager } from "./addresses.ts";
export type { BufferPoolOptions } from "./buffers.ts";
export type {
  ConnectionEvent,
  DataPath,
  Listener,
  ListenerCounts,
  ListenerStats,
  Rejection,
} from "./data_path.ts";
export { DIAL_FAILURES, DIAL_TIMEOUTS_MS, type DialFailure } from "./dial.ts";
export type { UserspaceState } from "./plan.ts";
export type { Sockets, TcpServer, TcpStream } from "./sockets.ts";
export {
  BALANCING_POLICIES,
  type BalancingPolicy,
  LISTENER_PROTOCOLS,
  type ListenerProtocol,
  type ListenerSpec,
  type UserspaceOp,
} from "./spec.ts";
export {
  type UserspaceBackend,
  userspaceBackend,
  type UserspaceOptions,
  type UserspaceStats,
} from "./userspace.ts";
