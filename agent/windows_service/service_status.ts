/**
 * What the service control manager knows of a running service: its state, what it may be sent, how
 * far it is, how it ended.
 *
 * @module
 */
import { type Bytes, readU32, structure } from "./memory.ts";

/** The states of a service, with their numbers in Windows. */
export const STATES = {
  "stopped": 1,
  "start-pending": 2,
  "stop-pending": 3,
  "running": 4,
  "continue-pending": 5,
  "pause-pending": 6,
  "paused": 7,
} as const;

/** The state of a service. */
export type ServiceState = keyof typeof STATES;

/** What a service is sent. */
export const CONTROLS = {
  /** End. */
  stop: 1,
  /** Say how you are. */
  interrogate: 4,
  /** The node shuts down: end, in the few seconds that are left. */
  shutdown: 5,
} as const;

/** The service takes `stop` and `shutdown`. */
const ACCEPTS_STOP_AND_SHUTDOWN = 1 | 4;
/** The service is a process of its own. */
export const OWN_PROCESS = 0x10;
/** The exit code is in the field for the service's own codes. */
const SERVICE_SPECIFIC_ERROR = 1066;

/** What a service tells of itself. */
export interface ServiceReport {
  /** The state. */
  readonly state: ServiceState;
  /** Whether it takes a stop and a shutdown now. */
  readonly accepts: boolean;
  /** Where it is starting or stopping: a number that grows with each sign of life. */
  readonly checkpoint: number;
  /** How many milliseconds the next sign of life may take. */
  readonly waitHintMs: number;
  /** With `stopped`: the program's exit code, 0 for a good end. */
  readonly exitCode: number;
}

/** A report as Windows takes it: `SERVICE_STATUS`. */
export function statusStructure(report: ServiceReport): Bytes {
  return structure(28, [
    [0, OWN_PROCESS],
    [4, STATES[report.state]],
    [8, report.accepts ? ACCEPTS_STOP_AND_SHUTDOWN : 0],
    [12, report.exitCode === 0 ? 0 : SERVICE_SPECIFIC_ERROR],
    [16, report.exitCode],
    [20, report.checkpoint],
    [24, report.waitHintMs],
  ]);
}

/** What Windows tells of a service. */
export interface ServiceStatus {
  /** The state. */
  readonly state: ServiceState;
  /** The process, 0 for none. */
  readonly pid: number;
  /** A number that grows with each sign of life while it is starting or stopping. */
  readonly checkpoint: number;
  /** How many milliseconds the next sign of life may take. */
  readonly waitHintMs: number;
  /** How it ended last: 0 for well, Windows' 1077 for "has never been started". */
  readonly exitCode: number;
}

/** The size of `SERVICE_STATUS_PROCESS`. */
export const STATUS_PROCESS_SIZE = 36;

/** Reads what Windows tells: `SERVICE_STATUS_PROCESS`. */
export function readStatus(bytes: Bytes): ServiceStatus {
  const number = readU32(bytes, 4);
  const state = Object.entries(STATES).find(([, each]) => each === number)?.[0];
  if (state === undefined || !isState(state)) {
    throw new TypeError(`Windows tells of a service in state ${number}, which is none`);
  }
  const win32 = readU32(bytes, 12);
  return {
    state,
    exitCode: win32 === SERVICE_SPECIFIC_ERROR ? readU32(bytes, 16) : win32,
    checkpoint: readU32(bytes, 20),
    waitHintMs: readU32(bytes, 24),
    pid: readU32(bytes, 28),
  };
}

function isState(text: string): text is ServiceState {
  return Object.hasOwn(STATES, text);
}
