/**
 * Backends: how a node's view becomes real. This is the only door of the room.
 *
 * @module
 */
export type { ApplyResult, Backend, Observation, Observer, Op, Plan, Wait } from "./backend.ts";
export * from "./composite/mod.ts";
export * from "./hns/mod.ts";
export * from "./print/mod.ts";
export * from "./reconcile/mod.ts";
export * from "./userspace/mod.ts";
