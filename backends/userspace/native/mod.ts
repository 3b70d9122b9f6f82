/**
 * The native data path: TCP and UDP proxying by a blocking event loop over the system's own calls
 * (Linux: epoll, splice, recvmmsg; Windows: WSAPoll), several times faster for datagrams than Deno's
 * sockets. One engine serves one thread, which should be a worker:
 *
 * 1. `openSys()` once, in the thread; `selfTest(sys)`: if it is not `ok`, take the portable data path.
 * 2. `NativeEngine.create({ sys })`; send `wakeHandle` to the thread that gives orders.
 * 3. Turn the engine; whenever `turn()` answers `true`, go back to JavaScript's event loop once, for the
 *    messages. The other thread posts a message, then wakes by `openWaker(handle)`.
 *
 * Needs `--allow-ffi`, at least for one of the paths of each library in `library.ts`.
 *
 * @module
 */
export { NativeEngine } from "./engine.ts";
export type {
  Client,
  Closed,
  CloseReason,
  Fault,
  FaultSink,
  NativeListener,
  NativeStats,
  UnservedReason,
} from "./listener.ts";
export type { OpenResult } from "./listeners.ts";
export type { VisitOpen } from "./connections.ts";
export { LIBRARIES } from "./library.ts";
export { openSys } from "./open_sys.ts";
export { selfTest, type SelfTestResult } from "./self_check.ts";
export type { EngineOptions } from "./settings.ts";
export { allocate, type Region } from "./memory.ts";
export { type Family, type SockAddr, sockAddrOf } from "./sockaddr.ts";
export type * from "./sys.ts";
export { EVENT, WITH } from "./sys.ts";
export { openWaker, type Waker } from "./waker.ts";
