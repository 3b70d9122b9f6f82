/**
 * What is measured of the process: time, memory, and how late its event loop is.
 *
 * @module
 */
import process from "node:process";
import { WINDLASS_VERSION } from "../version.ts";
import type { Timers } from "../timers.ts";
import { kubernetesVersion } from "../health/kubernetes_version.ts";
import type { Emit, Registry } from "./registry.ts";

/** Writes down what the process says of itself. `startedAt` is in milliseconds since 1970. */
export function collectProcess(startedAt: number, emit: Emit): void {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  emit("process_start_time_seconds", {}, startedAt / 1000);
  emit("process_cpu_seconds_total", {}, (user + system) / 1e6);
  emit("process_resident_memory_bytes", {}, rss);
  emit("windlass_heap_used_bytes", {}, heapUsed);
  emit("windlass_heap_total_bytes", {}, heapTotal);
  emit("windlass_external_memory_bytes", {}, external);
  const { os, arch } = Deno.build;
  const { deno, v8 } = Deno.version;
  emit("windlass_build_info", { version: WINDLASS_VERSION, deno, v8, os, arch }, 1);
  const version = kubernetesVersion();
  emit("kubernetes_build_info", {
    major: version.major,
    minor: version.minor,
    git_version: version.gitVersion,
    git_commit: version.gitCommit,
    git_tree_state: version.gitTreeState,
    build_date: version.buildDate,
    go_version: version.goVersion,
    compiler: version.compiler,
    platform: version.platform,
  }, 1);
}

/** How often the event loop's lag is measured, in milliseconds. */
export const LAG_PERIOD_MS = 500;

/** Measures how late the event loop is, until the answer is called. */
export function measureLag(registry: Registry, timers: Timers): () => void {
  let cancel = (): void => {};
  const next = (): void => {
    const due = timers.now() + LAG_PERIOD_MS;
    cancel = timers.after(LAG_PERIOD_MS, () => {
      const lag = Math.max(0, timers.now() - due) / 1000;
      registry.observe("windlass_event_loop_lag_seconds", {}, lag);
      next();
    });
  };
  next();
  return () => cancel();
}
