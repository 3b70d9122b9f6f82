/**
 * Opens the data path of a worker: the native one where that is wished and works, else Deno's sockets.
 *
 * @module
 */
import type { Logger } from "../../../core/mod.ts";
import { BufferPool } from "../buffers.ts";
import type { ConnectionEvent, DataPath } from "../data_path.ts";
import { denoDataPath } from "../deno_data_path.ts";
import { setPlatformTimer } from "../flow_sweep.ts";
import { NativeEngine, openSys, selfTest, type Sys } from "../native/mod.ts";
import { nativeDataPath } from "../native_data_path.ts";
import { messageOf, PLATFORM_SOCKETS } from "../sockets.ts";
import { PLATFORM_DATAGRAMS } from "../udp_sockets.ts";
import type { WorkerSettings } from "./messages.ts";

/** How many UDP flows all listeners of an engine may have, unless a single one may have more. */
const ENGINE_FLOWS = 16_384;

/** Whom a data path tells what happens. */
export interface Listeners {
  /** Where to write what happens. */
  readonly log: Logger;
  /** Is told what happens to connections; `null`: nobody wants to know. */
  readonly onConnection: ((event: ConnectionEvent) => void) | null;
}

/** A native engine that has passed its self-test. */
export interface OpenEngine extends Disposable {
  /** The engine. */
  readonly engine: NativeEngine;
  /** What is to be said of it. */
  readonly why: string;
}

/** A data path that is open. */
export interface OpenPath {
  /** The data path. */
  readonly path: DataPath;
  /** Its engine, which must be turned and disposed of; `null` for Deno's sockets. */
  readonly engine: OpenEngine | null;
  /** Why it is this one. */
  readonly why: string;
}

/**
 * Opens a data path.
 *
 * @throws {Error} If it must be the native one and that cannot be.
 */
export function openPath(settings: WorkerSettings, listeners: Listeners): OpenPath {
  if (settings.dataPath === "deno") {
    const why = "it was asked for, or takes the place of the native one";
    return { path: portablePath(settings, listeners), engine: null, why };
  }
  try {
    const engine = openEngine(settings, listeners.log);
    const { random, now } = { random: Math.random, now: () => performance.now() };
    const path = nativeDataPath({ ...listeners, engine: engine.engine, random, now });
    return { path, engine, why: engine.why };
  } catch (error) {
    if (settings.dataPath === "native") throw error;
    return { path: portablePath(settings, listeners), engine: null, why: messageOf(error) };
  }
}

/**
 * Tries whether the native data path works here; `null` if it does, else why it does not. It takes some
 * ten milliseconds.
 */
export function whyNotNative(): string | null {
  try {
    using sys = openSys();
    testedPipes(sys);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function openEngine(settings: WorkerSettings, log: Logger): OpenEngine {
  const sys = openSys();
  try {
    const { pipes, why } = testedPipes(sys);
    sys.runSoon(); // while the control path computes; a system that will not have it does no harm
    const engine = NativeEngine.create({
      sys,
      ...pipes,
      dialTimeouts: settings.dialTimeoutsMs,
      dialDeadline: settings.dialTimeoutsMs.reduce((sum, ms) => sum + ms, 0),
      udpIdleTimeout: settings.udpIdleTimeoutMs,
      maxFlows: Math.max(ENGINE_FLOWS, settings.udpFlowLimit),
      listenerFlows: settings.udpFlowLimit,
      onFault: ({ key, callback, error }) =>
        log.error(`A connection was given up by a bug: ${callback} threw "${messageOf(error)}"`, {
          listener: key,
        }),
    });
    const dispose = () => {
      engine[Symbol.dispose]();
      sys[Symbol.dispose]();
    };
    return { engine, why, [Symbol.dispose]: dispose };
  } catch (error) {
    sys[Symbol.dispose]();
    throw error;
  }
}

/**
 * Which pipes an engine may use, by the self-test: as many as it likes, or none where a sandbox refuses
 * them.
 *
 * @throws {Error} If the self-test fails without pipes, too.
 */
function testedPipes(
  sys: Sys,
): { readonly pipes: { readonly pipes?: number }; readonly why: string } {
  const first = selfTest(sys);
  if (first.ok) return { pipes: {}, why: "its self-test passed" };
  if (sys.splicer === null) throw new Error(first.why);
  const second = selfTest(sys, { pipes: 0 });
  if (!second.ok) throw new Error(second.why);
  const why = `its self-test passed without pipes; with them it said: ${first.why}`;
  return { pipes: { pipes: 0 }, why };
}

function portablePath(settings: WorkerSettings, { log, onConnection }: Listeners): DataPath {
  return denoDataPath({
    sockets: PLATFORM_SOCKETS,
    datagrams: PLATFORM_DATAGRAMS,
    pool: new BufferPool(settings.buffers),
    dialTimeoutsMs: settings.dialTimeoutsMs,
    quantum: settings.quantum,
    udpIdleTimeoutMs: settings.udpIdleTimeoutMs,
    udpFlowLimit: settings.udpFlowLimit,
    log,
    random: Math.random,
    now: () => performance.now(),
    setTimer: setPlatformTimer,
    onConnection,
  });
}
