/**
 * The userspace backend: services as sockets of this process.
 *
 * @module
 */
export type { AddressManager } from "./addresses.ts";
export { BALANCING_ANNOTATION } from "./balancing_annotation.ts";
export type { BufferPoolOptions } from "./buffers.ts";
export type {
  ConnectionEvent,
  DataPath,
  DataPathStats,
  EndpointCounts,
  Listener,
  ListenerCounts,
  ListenerStats,
  Rejection,
  WorkerStats,
} from "./data_path.ts";
export { DIAL_FAILURES, DIAL_TIMEOUTS_MS, type DialFailure } from "./dial.ts";
export { FLOW_ENDS, type FlowEnd } from "./flow.ts";
export type { SetTimer } from "./flow_sweep.ts";
export type { HasAddressIn, HostAddresses } from "./host_addresses.ts";
export { type Iproute2Options, type Opened, openIproute2 } from "./iproute2.ts";
export type { IpResult, RunIp } from "./iproute2_command.ts";
export type { NodeAddresses } from "./node_addresses.ts";
export type { NodePorts } from "./node_port_addresses.ts";
export { type UserspaceOptions } from "./options.ts";
export type { UserspaceState } from "./plan.ts";
export { USERSPACE_RULE_TABLES } from "./rule_tables.ts";
export type { Sockets, TcpServer, TcpStream } from "./sockets.ts";
export {
  BALANCING_POLICIES,
  type BalancingPolicy,
  LISTENER_PROTOCOLS,
  type ListenerProtocol,
  type ListenerSpec,
  type LocalClients,
  type UserspaceOp,
} from "./spec.ts";
export type { UdpCounts } from "./udp_counters.ts";
export { UDP_FLOW_LIMIT, UDP_IDLE_TIMEOUT_MS } from "./udp_listener.ts";
export {
  type DatagramSocket,
  type DatagramSockets,
  DROP_CAUSES,
  type DropCause,
} from "./udp_sockets.ts";
export { DATA_PATHS, type DataPathChoice, whyNotNative } from "./workers/mod.ts";
export { type UserspaceBackend, userspaceBackend, type UserspaceStats } from "./userspace.ts";
export * from "./windows_addresses/mod.ts";
