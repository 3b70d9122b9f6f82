/**
 * The agent: the shell around the pipeline. It joins a source to a backend, and it is the command
 * line.
 *
 * @module
 */
export type { FeedStatus } from "./feed.ts";
export { denoIo, type Io, OutputClosed, type StopSignal, type TextOutput } from "./io.ts";
export type { LooksStatus } from "./looks.ts";
export { main } from "./main.ts";
export {
  type Agent,
  type AgentOptions,
  type AgentStatus,
  startAgent,
  type SyncRecord,
  type TakeRecord,
} from "./sync_loop.ts";
export { REAL_TIMERS, type Timers } from "./timers.ts";
