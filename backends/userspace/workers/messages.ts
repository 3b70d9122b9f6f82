/**
 * What the control path and a worker of the data path say to each other. All of it is plain data.
 *
 * @module
 */
import type { LogFields } from "../../../core/mod.ts";
import type { BufferPoolOptions } from "../buffers.ts";
import type { ConnectionEvent, DataPathStats } from "../data_path.ts";
import type { WakeHandle } from "../native/mod.ts";
import type { PlainError } from "../platform_error.ts";
import type { ListenerSpec } from "../spec.ts";

/** The data paths to choose from. `auto`: native where it works, else Deno's sockets. */
export const DATA_PATHS = ["auto", "deno", "native"] as const;

/** A choice of a data path. */
export type DataPathChoice = typeof DATA_PATHS[number];

/** How the data path of a worker is set up. */
export interface WorkerSettings {
  /** Which data path to take. */
  readonly dataPath: DataPathChoice;
  /** How much memory the copy buffers may use. */
  readonly buffers: BufferPoolOptions;
  /** How long each try to reach an endpoint may take, in milliseconds. */
  readonly dialTimeoutsMs: readonly number[];
  /** After how many bytes a direction of a connection gives the others a turn. */
  readonly quantum: number;
  /** How long a UDP flow may be idle, in milliseconds. */
  readonly udpIdleTimeoutMs: number;
  /** How many flows a UDP listener may have. */
  readonly udpFlowLimit: number;
  /** Up to which level log lines are wanted. */
  readonly verbosity: number;
  /** Whether somebody wants to know what happens to connections. */
  readonly events: boolean;
}

/** The first message. */
export interface StartMessage {
  /** The tag. */
  readonly type: "start";
  /** How to set up. */
  readonly settings: WorkerSettings;
  /**
   * Counts the messages posted to the worker after this one, in an Int32Array: a worker that blocks
   * in the system sees by it that a message is on its way.
   */
  readonly posted: SharedArrayBuffer;
}

/** What a worker is asked, without the number by which the answer finds back. */
export type Question =
  | {
    /** Opens a listener. */
    readonly type: "open";
    /** The number by which it will be spoken of. */
    readonly listener: number;
    /** What it is. */
    readonly spec: ListenerSpec;
  }
  | {
    /** Changes a listener in place. */
    readonly type: "update";
    /** Its number. */
    readonly listener: number;
    /** What it is from now on. */
    readonly spec: ListenerSpec;
  }
  | {
    /** Stops a listener, or lets what lives go on; the answer comes when that is done. */
    readonly type: "stop" | "drain";
    /** Its number. */
    readonly listener: number;
  }
  | {
    /** Asks how the listeners are. */
    readonly type: "stats";
  }
  | {
    /** Gives everything back; it is the last question. */
    readonly type: "close";
  };

/** What a worker is sent once it has started: some orders, which were given at the same time. */
export type ToWorker = readonly Order[];

/** One of them. */
export type Order =
  | {
    /** The tag. */
    readonly type: "question";
    /** The number of the question. */
    readonly id: number;
    /** What is asked. */
    readonly question: Question;
  }
  | {
    /** Closes the live connections of a listener. */
    readonly type: "cut";
    /** Its number. */
    readonly listener: number;
  };

/** What came of a question. */
export type Answer =
  | {
    /** It is done. */
    readonly type: "done";
  }
  | {
    /** It is done, and this is how the listeners are. */
    readonly type: "stats";
    /** How they are. */
    readonly stats: DataPathStats;
  }
  | {
    /** It could not be done. */
    readonly type: "failed";
    /** What the platform said. */
    readonly error: PlainError;
  };

/** An answer that finds its question. */
export interface NumberedAnswer {
  /** The number of the question. */
  readonly id: number;
  /** What came of it. */
  readonly answer: Answer;
}

/** A log line on its way to the thread that writes it. */
export interface LogMessage {
  /** The tag. */
  readonly type: "log";
  /** How grave it is. */
  readonly level: "info" | "warn" | "error";
  /** The verbosity from which it is written. */
  readonly v: number;
  /** The line. */
  readonly message: string;
  /** The values beside it. */
  readonly fields: LogFields | undefined;
}

/** What a worker sends. */
export type FromWorker =
  | {
    /** It takes questions from now on. */
    readonly type: "ready";
    /** The data path at work. */
    readonly dataPath: "native" | "deno";
    /** Why it is this one. */
    readonly why: string;
    /** How to wake the worker after a message was posted; `null`: it sees messages by itself. */
    readonly wake: WakeHandle | null;
  }
  | {
    /** Its data path is over: it has closed everything, and must be replaced. */
    readonly type: "fault";
    /** Whether the native data path failed: the portable one should take its place. */
    readonly native: boolean;
    /** What happened. */
    readonly why: string;
  }
  | {
    /** The tag. */
    readonly type: "answers";
    /** What came of some questions. */
    readonly answers: readonly NumberedAnswer[];
  }
  | {
    /** A listener was stopped, and its last connection has come to its end. */
    readonly type: "ended";
    /** Its number. */
    readonly listener: number;
  }
  | {
    /** Something happened to a connection. */
    readonly type: "connection";
    /** What. */
    readonly event: ConnectionEvent;
  }
  | LogMessage;

/** Sends a message to the thread of the control path. */
export type Post = (message: FromWorker) => void;
