/**
 * What a user must see about a Service or the node, and the Kubernetes Event that is made of it. Pure.
 *
 * @module
 */

/** What an event is about. */
export interface Regarding {
  /** The kind. */
  readonly kind: "Service" | "Node";
  /** The namespace, `""` for a Node. */
  readonly namespace: string;
  /** The name. */
  readonly name: string;
}

/** Something that a user must see. */
export interface EventReport {
  /** What it is about. */
  readonly regarding: Regarding;
  /** Whether somebody should look at it. */
  readonly type: "Normal" | "Warning";
  /** Why, in one word for machines: `FailedToOpenNodePort`. */
  readonly reason: string;
  /** What was being done, in one word for machines: `Listen`. */
  readonly action: string;
  /** What happened, for people. */
  readonly note: string;
}

/** Who reports. */
export interface Reporter {
  /** The program: `kube-proxy`, `windlass`. */
  readonly controller: string;
  /** The host name. */
  readonly host: string;
}

/** An Event as `events.k8s.io/v1` has it. */
export interface KubeEvent {
  /** The version. */
  readonly apiVersion: "events.k8s.io/v1";
  /** The kind. */
  readonly kind: "Event";
  /** Its own name, and the namespace of what it is about. */
  readonly metadata: { readonly name: string; readonly namespace: string };
  /** When it happened first. */
  readonly eventTime: string;
  /** The program. */
  readonly reportingController: string;
  /** The program on this host. */
  readonly reportingInstance: string;
  /** What was being done. */
  readonly action: string;
  /** Why. */
  readonly reason: string;
  /** What it is about. */
  readonly regarding: Readonly<Record<string, string>>;
  /** What happened. */
  readonly note: string;
  /** Whether somebody should look at it. */
  readonly type: "Normal" | "Warning";
}

/** The API server takes no longer notes, in bytes. */
const LONGEST_NOTE = 1024;

/** When an event was made. */
export interface EventMoment {
  /** The time, in milliseconds since 1970. */
  readonly at: number;
  /** How many were made before: two of one millisecond must not have the same name. */
  readonly serial: number;
}

/** The Event that is made of a report. */
export function kubeEvent(
  report: EventReport,
  { controller, host }: Reporter,
  { at, serial }: EventMoment,
): KubeEvent {
  const { kind, namespace, name } = report.regarding;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: {
      name: `${name}.${nanoseconds(at, serial).toString(16)}`,
      namespace: namespace === "" ? "default" : namespace,
    },
    eventTime: microTime(at),
    reportingController: controller,
    reportingInstance: `${controller}-${host}`.slice(0, 128),
    action: report.action,
    reason: report.reason,
    regarding: { apiVersion: "v1", kind, ...(namespace === "" ? {} : { namespace }), name },
    note: shortened(report.note),
    type: report.type,
  };
}

function nanoseconds(at: number, serial: number): bigint {
  return BigInt(Math.floor(at)) * 1_000_000n + BigInt(serial % 1_000_000);
}

/** A time as Events have it: RFC 3339 with microseconds. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}

/** What tells two events apart: as in client-go, the note does not. */
export function seriesKey({ regarding, type, reason, action }: EventReport): string {
  return [objectKey(regarding), type, reason, action].join("\0");
}

/** What tells two objects apart. */
export function objectKey({ kind, namespace, name }: Regarding): string {
  return `${kind}/${namespace}/${name}`;
}

function shortened(note: string): string {
  const bytes = new TextEncoder().encode(note);
  if (bytes.length <= LONGEST_NOTE) return note;
  const kept = new TextDecoder().decode(bytes.subarray(0, LONGEST_NOTE - 6));
  return `${kept.replace(/\uFFFD+$/, "")}...`; // a letter may have been cut in two
}
