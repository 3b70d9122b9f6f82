/**
 * The rule pipeline: pure functions from what the cluster says to what one node must do. This is the
 * only door of the room; it imports nothing from the others.
 *
 * @module
 */
export * from "./annotations.ts";
export * from "./claims.ts";
export * from "./derive_view.ts";
export * from "./diff.ts";
export * from "./endpoint_rules.ts";
export * from "./endpoints.ts";
export * from "./events.ts";
export * from "./explain.ts";
export * from "./explain_text.ts";
export * from "./ip.ts";
export * from "./label_selector.ts";
export * from "./logger.ts";
export * from "./objects.ts";
export * from "./persistent_map.ts";
export * from "./pipeline.ts";
export * from "./read.ts";
export * from "./route.ts";
export * from "./route_rules.ts";
export * from "./rules.ts";
export * from "./rules_doc.ts";
export * from "./service_ports.ts";
export * from "./service_rules.ts";
export * from "./settle_view.ts";
export * from "./snapshot.ts";
export * from "./view.ts";
export * from "./view_json.ts";
