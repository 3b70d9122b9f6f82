/**
 * KPNG: its two gRPC APIs, as server and as client, its state file and its lines of JSON.
 *
 * @module
 */
export { type Address, addressText, parseListen, parseTarget } from "./address.ts";
export type { KeptMetadata } from "./from_snapshot.ts";
export { matcherOf } from "./glob.ts";
export { type KpngGlobalOptions, kpngGlobalSource } from "./global_source.ts";
export { type KpngLocalOptions, kpngLocalSource } from "./local_source.ts";
export { followStates, LocalStates, type StatesOptions } from "./local_states.ts";
export type { KpngServerLoad } from "./grpc_server.ts";
export { type KpngServer, type KpngServerOptions, startKpngServer } from "./server.ts";
export type { KeptNames } from "./service_message.ts";
export { stateFileOf } from "./state_file.ts";
export { NO_TLS, type TlsPaths } from "./tls_files.ts";
export type { KpngConnection } from "./watch_client.ts";
