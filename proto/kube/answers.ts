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
  const text = await firstText(response.body);
  throw new ApiError(response.status, messageIn(text), response.retryAfterMs);
}

/** A whole body as JSON. `onChunk` is called whenever a part of it came. */
export async function readJson(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onChunk: () => void,
): Promise<unknown> {
  const watched = body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        onChunk();
        controller.enqueue(chunk);
      },
    }),
  );
  return await new Response(watched).json();
}

/** What a `Status` object says: its code and its message. */
export function statusOf(value: unknown): { readonly code: number; readonly message: string } {
  const { code, message } = asJson(value);
  return {
    code: typeof code === "number" ? code : 0,
    message: typeof message === "string" ? message : "",
  };
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

/** The message of a `Status`, or the first words of whatever else came (a proxy's page, say). */
function messageIn(text: string): string {
  try {
    const { message } = statusOf(JSON.parse(text));
    if (message !== "") return message.slice(0, LONGEST_MESSAGE);
  } catch {
    // No JSON, so no Status: the text itself is all that there is to show.
  }
  return text.trim().replace(/\s+/g, " ").slice(0, LONGEST_MESSAGE);
}
