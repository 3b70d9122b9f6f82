/**
 * Reads the API server's answers: the errors that it gives as a `Status`, and whole JSON bodies.
 *
 * @module
 */
import { asJson } from "../json.ts";
import type { KubeResponse } from "./connection.ts";

/** An answer of the API server that is an error. */
export class ApiError extends Error {
  /** The class's name. */
  override readonly name = "ApiError";
  /** The HTTP status. */
  readonly status: number;
  /** How long the server wants to be left alone, 0 if it does not say. */
  readonly retryAfterMs: number;

  /** Makes the error from what the server said. */
  constructor(status: number, message: string, retryAfterMs = 0) {
    super(`the server answered ${status}${message === "" ? "" : `: ${message}`}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server said nothing for too long: the connection may be dead without knowing it. */
export class SilenceError extends Error {
  /** The class's name. */
  override readonly name = "SilenceError";
  /** Makes the error; `ms` is how long there was nothing. */
  constructor(ms: number) {
    super(`the server has been silent for ${Math.round(ms / 1000)} s`);
  }
}

/** The status of an answer that says that a version, or a place in a list, is too old. */
export const GONE = 410;

const LONGEST_MESSAGE = 300;

/** The answer itself if it is a good one. @throws {ApiError} With what the server says, if not. */
export async function goodAnswer(response: KubeResponse): Promise<KubeResponse> {
  if (response.status === 200) return response;
  const { message, retryAfterMs } = refusalIn(await firstText(response.body));
  throw new ApiError(response.status, message, Math.max(response.retryAfterMs, retryAfterMs));
}

/** The largest body that is read as a whole: a page of 500 objects is rarely above 5 MB. */
const LARGEST_BODY = 128 * 1024 * 1024;

/**
 * A whole body as JSON. `onChunk` is called whenever a part of it came.
 *
 * @throws {Error} If it is no JSON, or larger than memory should bear.
 */
export async function readJson(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onChunk: () => void,
): Promise<unknown> {
  let bytes = 0;
  const watched = body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        onChunk();
        bytes += chunk.length;
        if (bytes > LARGEST_BODY) throw new RangeError(`the answer is above ${LARGEST_BODY} bytes`);
        controller.enqueue(chunk);
      },
    }),
  );
  return await new Response(watched).json();
}

/** What a `Status` object says. */
export interface ApiStatus {
  /** The HTTP status, 0 if it does not say. */
  readonly code: number;
  /** What is wrong. */
  readonly message: string;
  /** How long the server wants to be left alone, 0 if it does not say. */
  readonly retryAfterMs: number;
}

/** Reads a `Status` object. */
export function statusOf(value: unknown): ApiStatus {
  const { code, message, details } = asJson(value);
  const { retryAfterSeconds } = asJson(details);
  return {
    code: typeof code === "number" ? code : 0,
    message: typeof message === "string" ? message : "",
    retryAfterMs: patienceMs(retryAfterSeconds),
  };
}

/** The longest that a server may ask to be left alone: what it says may be wrong. */
const MOST_PATIENCE_S = 300;

/** So many seconds as milliseconds, within reason; 0 for what is no such number. */
export function patienceMs(seconds: unknown): number {
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds, MOST_PATIENCE_S) * 1000
    : 0;
}

/** Why something failed, as far down as the causes tell, without what is said elsewhere. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message
    .replace(/^error sending request.*?\): /, "") // Deno repeats the URL
    .replace(/^client error \(\w+\): /, "");
}

async function firstText(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.length > 100 * LONGEST_MESSAGE) break;
  }
  return text;
}

/** A `Status`, or as its message the first words of whatever else came (a proxy's page, say). */
function refusalIn(text: string): ApiStatus {
  try {
    const status = statusOf(JSON.parse(text));
    if (status.message !== "") {
      return { ...status, message: status.message.slice(0, LONGEST_MESSAGE) };
    }
  } catch {
    // No JSON, so no Status: the text itself is all that there is to show.
  }
  const message = text.trim().replace(/\s+/g, " ").slice(0, LONGEST_MESSAGE);
  return { code: 0, message, retryAfterMs: 0 };
}
