/**
 * Writes Kubernetes Events: the only thing that this program ever writes to the API server. Needs the
 * permission to create and patch events in group events.k8s.io.
 *
 * @module
 */
import { ApiError } from "./answers.ts";
import type { KubeConnection, KubeResponse } from "./connection.ts";

/** A request that changes something. */
export interface KubeWrite {
  /** The method. */
  readonly method: "POST" | "PATCH";
  /** The path. */
  readonly path: string;
  /** The media type of the body. */
  readonly contentType: string;
  /** The body, JSON. */
  readonly body: string;
}

/** A way to write to one API server. */
export interface KubeWriter {
  /**
   * Sends a request with the credentials of the moment.
   *
   * @throws {UnreachableError} If no answer comes.
   */
  send(write: KubeWrite, signal: AbortSignal): Promise<KubeResponse>;
}

/** An Event as `events.k8s.io/v1` has it; what this room must know of it. */
export interface EventDocument {
  /** The metadata. */
  readonly metadata: {
    /** The namespace. */
    readonly namespace: string;
    /** The name. */
    readonly name: string;
  };
}

/** How often something happened again, and when last. */
export interface EventSeries {
  /** How often in all, 2 or more. */
  readonly count: number;
  /** When last, RFC 3339 with microseconds. */
  readonly lastObservedTime: string;
}

/** The connection as a way to write, `null` if it can only read. */
export function writerOf(connection: KubeConnection): KubeWriter | null {
  return isWriter(connection) ? connection : null;
}

/**
 * Creates an Event. One that is there already is as good.
 *
 * @throws {ApiError} If the server refuses.
 */
export async function postEvent(
  writer: KubeWriter,
  event: EventDocument,
  signal: AbortSignal,
): Promise<void> {
  const answer = await writer.send({
    method: "POST",
    path: eventsPath(event.metadata.namespace),
    contentType: "application/json",
    body: JSON.stringify(event),
  }, signal);
  await ending(answer, [200, 201, 202, 409]);
}

/**
 * Tells that an Event happened again.
 *
 * @throws {ApiError} If the server refuses; with status 404 if the Event is gone.
 */
export async function patchEventSeries(
  writer: KubeWriter,
  { metadata }: EventDocument,
  series: EventSeries,
  signal: AbortSignal,
): Promise<void> {
  const answer = await writer.send({
    method: "PATCH",
    path: `${eventsPath(metadata.namespace)}/${encodeURIComponent(metadata.name)}`,
    contentType: "application/merge-patch+json",
    body: JSON.stringify({ series }),
  }, signal);
  await ending(answer, [200]);
}

function eventsPath(namespace: string): string {
  return `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`;
}

/** Reads the answer to its end, so that its connection can be used again. */
async function ending({ status, body, retryAfterMs }: KubeResponse, good: readonly number[]) {
  const text = await new Response(body).text();
  if (!good.includes(status)) throw new ApiError(status, text.slice(0, 300), retryAfterMs);
}

function isWriter(connection: KubeConnection): connection is KubeConnection & KubeWriter {
  return "send" in connection && typeof connection.send === "function";
}
