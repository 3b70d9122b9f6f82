/**
 * The contract of a source: how cluster state travels into the pipeline.
 *
 * @module
 */
import type { ClusterEvent, PipelineEvent } from "../core/mod.ts";

/** Something that the source met and that a person should know. */
export interface SourceReport {
  /**
   * `problem`: bad input; with it the affected object (or part) is left out, or stays as it was.
   * `trouble`: the source itself cannot get at its state just now and goes on trying.
   * `recovered`: it can again. `note`: worth knowing, nothing is lost.
   */
  readonly severity: "problem" | "trouble" | "recovered" | "note";
  /** Where: a file and document, a URL. */
  readonly where: string;
  /** What was being done, what was met, what would be right. */
  readonly message: string;
}

/** Where a source puts what it learns. Both functions return at once. */
export interface SourceSink<Event extends PipelineEvent = ClusterEvent> {
  /** Takes a batch of events that belong together. */
  readonly events: (batch: readonly Event[]) => void;
  /** Takes a report. */
  readonly report: (report: SourceReport) => void;
}

/**
 * A source of cluster state; with `PipelineEvent` one that may tell of the node's view instead, which
 * another process has computed.
 */
export interface Source<Event extends PipelineEvent = ClusterEvent> {
  /** A short name for logs: `kube`, `file`. */
  readonly name: string;
  /**
   * Delivers the whole state, then every change of it, until the signal aborts; resolves then.
   * With `once` it resolves when the whole state is delivered.
   *
   * @throws {SourceError} If it can never work: a missing file at the start, a bad kubeconfig.
   */
  run(sink: SourceSink<Event>, signal: AbortSignal): Promise<void>;
}

/** A source that can never work as it was set up. */
export class SourceError extends Error {
  /** The class's name. */
  override readonly name = "SourceError";
  /** A stable word for what is wrong. */
  readonly code: "not-found" | "unreadable" | "bad-config" | "refused";

  /** Makes the error: a stable code, and what was being done, what was met, what would be right. */
  constructor(code: SourceError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
