/**
 * A node's overview, for tests of what is told of it.
 *
 * @module
 */
import type { Overview } from "./wire.ts";

/** The overview at a time, in ms, of a node where all is well and nothing there. */
export function overviewAt(now: number): Overview {
  return {
    version: "0",
    node: "n1",
    backend: "fake",
    startedAt: 0,
    now,
    verdict: { level: "good", rule: "in-sync", why: "" },
    services: 0,
    syncs: 0,
    lastSyncAt: null,
    source: { name: "fake", state: "ok", problems: 0 },
    ops: { pending: 0, inFlight: 0, succeeded: 0, troubled: 0, troubles: [] },
    traffic: null,
    platform: null,
    clients: null,
  };
}
