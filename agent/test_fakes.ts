/**
 * Stand-ins for tests: a source that says what the test wants, a backend that remembers, a log that
 * can be read, and the objects that go through them.
 *
 * @module
 */
import type { ApplyResult, Backend, Op } from "../backends/mod.ts";
import {
  type Change,
  type ClusterEvent,
  type KubeObject,
  type LogFields,
  type Logger,
  readObject,
} from "../core/mod.ts";
import type { Source, SourceSink } from "../proto/mod.ts";

/** A source that says what the test wants, when it wants it. */
export class FakeSource implements Source {
  /** The name in logs. */
  readonly name = "fake";
  /** How often it was started. */
  starts = 0;
  /** Whether it goes on when it is told to end. */
  deaf = false;
  #sink: SourceSink | null = null;
  #end: PromiseWithResolvers<void> = Promise.withResolvers();

  /** Runs until the signal, or until the test ends it. */
  run(sink: SourceSink, signal: AbortSignal): Promise<void> {
    this.starts++;
    this.#sink = sink;
    this.#end = Promise.withResolvers();
    signal.addEventListener("abort", () => this.deaf || this.#end.resolve());
    return this.#end.promise;
  }

  /** Where the agent listens. */
  get sink(): SourceSink {
    if (this.#sink === null) throw new TypeError("The source was not started");
    return this.#sink;
  }

  /** Gives events to the agent. */
  say(...events: readonly ClusterEvent[]): void {
    this.sink.events(events);
  }

  /** Ends, as with `--once`. */
  end(): void {
    this.#end.resolve();
  }

  /** Breaks. */
  fail(error: unknown): void {
    this.#end.reject(error);
  }
}

/** An operation of {@linkcode FakeBackend}. */
export interface FakeOp extends Op {
  /** The verb: that of the change. */
  readonly op: Change["type"];
}

/** A backend with one operation for each change, which remembers what it was asked. */
export class FakeBackend implements Backend<FakeOp, number> {
  /** The name in logs. */
  readonly name = "fake";
  /** No plan was made. */
  readonly initial = 0;
  /** What happened, in order: `plan 2`, `add default/web/TCP/IPv4`, `close`. */
  readonly diary: string[] = [];
  /** Thrown by the next plan. */
  planError: Error | null = null;
  /** What applying a key answers, if not at once that it is done. */
  readonly answers = new Map<string, ApplyResult | Promise<ApplyResult>>();
  /** What closing waits for; it ends when the signal aborts, too. */
  draining: Promise<void> = Promise.resolve();

  /** One operation for each change. The state counts the plans. */
  plan(
    changes: readonly Change[],
    state: number,
  ): { readonly ops: readonly FakeOp[]; readonly state: number } {
    this.diary.push(`plan ${changes.length}`);
    if (this.planError !== null) {
      const error = this.planError;
      this.planError = null;
      throw error;
    }
    const ops = changes.map(({ type, key }) => ({ op: type, key, after: [], because: "test" }));
    return { ops, state: state + 1 };
  }

  /** Remembers the operation. */
  async apply({ op, key }: FakeOp): Promise<ApplyResult> {
    this.diary.push(`${op} ${key}`);
    return await this.answers.get(key) ?? { ok: true };
  }

  /** Waits for what drains. */
  async close(signal: AbortSignal): Promise<void> {
    this.diary.push("close");
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    });
    await Promise.race([this.draining, aborted]);
    this.diary.push(signal.aborted ? "cut" : "drained");
  }
}

/** A log that can be read: one text a line, `warn message {"field":…}`. */
export class FakeLog implements Logger {
  /** The lines. */
  readonly lines: string[] = [];
  readonly #watchers = new Set<() => void>();

  /** Resolves when so many lines have the pattern. */
  until(pattern: RegExp, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.lines.filter((line) => pattern.test(line)).length < times) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Takes lines of every verbosity. */
  v(): Pick<Logger, "info"> {
    return this;
  }

  /** Takes a line. */
  info(message: string, fields?: LogFields): void {
    this.#add("info", message, fields);
  }

  /** Takes a line. */
  warn(message: string, fields?: LogFields): void {
    this.#add("warn", message, fields);
  }

  /** Takes a line. */
  error(message: string, fields?: LogFields): void {
    this.#add("error", message, fields);
  }

  #add(severity: string, message: string, fields: LogFields = {}): void {
    const values = Object.entries(fields)
      .map(([key, value]) => ` ${key}=${value instanceof Error ? value.message : String(value)}`);
    this.lines.push(`${severity} ${message}${values.join("")}`);
    for (const look of this.#watchers) look();
  }
}

/** A Service with one unnamed TCP port 80. */
export function service(name: string, clusterIP: string, createdAt = ""): KubeObject {
  return read({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, ...(createdAt === "" ? {} : { creationTimestamp: createdAt }) },
    spec: { clusterIP, ports: [{ port: 80, targetPort: 8080 }] },
  });
}

/** A slice of the Service with these addresses. */
export function slice(service: string, ...addresses: readonly string[]): KubeObject {
  return read({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${service}-1`, labels: { "kubernetes.io/service-name": service } },
    addressType: "IPv4",
    ports: [{ port: 8080 }],
    endpoints: addresses.map((address) => ({ addresses: [address] })),
  });
}

/** The complete list of a kind. */
export function listOf(kind: KubeObject["kind"], ...objects: readonly KubeObject[]): ClusterEvent {
  return { type: "list", kind, objects, unreadable: [] };
}

/** The object is new or changed. */
export function upsert(object: KubeObject): ClusterEvent {
  return { type: "upsert", object };
}

function read(value: unknown): KubeObject {
  const result = readObject(value);
  if (result.outcome !== "object") throw new TypeError(JSON.stringify(result));
  return result.object;
}
