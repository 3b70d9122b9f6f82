/**
 * KPNG: its two gRPC APIs, as server and as client, its state file and its lines of JSON. What takes
 * gRPC or protobuf is loaded by the first call, so that commands without KPNG start without it.
 *
 * @module
 */
export { type Address, addressText, parseListen, parseTarget } from "./address.ts";
export type { KeptMetadata } from "./from_snapshot.ts";
export { matcherOf } from "./glob.ts";
export type { KpngGlobalOptions } from "./global_source.ts";
export type { KpngLocalOptions } from "./local_source.ts";
export type { LocalStates, StatesOptions } from "./local_states.ts";
export type { KpngServerLoad } from "./grpc_server.ts";
export {
  followStates,
  kpngGlobalSource,
  kpngLocalSource,
  localStates,
  startKpngServer,
  stateFileOf,
} from "./on_demand.ts";
export type { KpngServer, KpngServerOptions } from "./server.ts";
export type { KeptNames } from "./service_message.ts";
export { NO_TLS, type TlsPaths } from "./tls_paths.ts";
export type { KpngConnection } from "./watch_client.ts";
