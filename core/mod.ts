/**
 * The rule pipeline: pure functions from what the cluster says to what one node must do. This is the
 * only door of the room; it imports nothing from the others.
 *
 * @module
 */
export * from "./diff.ts";
export * from "./events.ts";
export * from "./logger.ts";
export * from "./objects.ts";
export * from "./persistent_map.ts";
export * from "./rules.ts";
export * from "./view.ts";
