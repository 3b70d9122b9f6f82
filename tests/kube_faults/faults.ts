/**
 * What can go wrong with one answer of an API server. A fault takes the good answer, or does without.
 *
 * @module
 */

/** Spoils an answer; `next` gets the good one. */
export type Fault = (
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Promise<Response>;

type Bytes = Uint8Array<ArrayBuffer>;

/** Answers with a refusal. */
export function refuse(
  status: number,
  { retryAfter, body }: { readonly retryAfter?: number; readonly body?: string } = {},
): Fault {
  const text = body ?? JSON.stringify({ kind: "Status", code: status, message: "by the test" });
  const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  return () => Promise.resolve(new Response(text, { status, headers }));
}

/** Answers with other text: once with it all, and the body ends. */
export function say(text: string): Fault {
  return () => Promise.resolve(new Response(text));
}

/** Never answers; the request ends when the client has had enough. */
export function neverAnswer(): Fault {
  return (request) =>
    new Promise((resolve) => {
      request.signal.addEventListener("abort", () => resolve(new Response(null, { status: 499 })));
    });
}

/** Breaks the connection in the middle of the body, after so many bytes. */
export function cutAfter(bytes: number): Fault {
  return onBody((body) => prefix(body, bytes, (controller) => controller.error(new Error("cut"))));
}

/** Ends the body properly, but too soon. */
export function endAfter(bytes: number): Fault {
  return onBody((body) => prefix(body, bytes, (controller) => controller.close()));
}

/** Sends so many bytes and then nothing more, on a connection that stays. */
export function stallAfter(bytes: number): Fault {
  return onBody((body) => prefix(body, bytes, () => {}));
}

/** Changes the text of the body; of a watch, each of its lines. */
export function rewrite(change: (text: string) => string): Fault {
  return async (request, next) => {
    const answer = await next(request);
    if (answer.body === null) return answer;
    if (new URL(request.url).searchParams.get("watch") !== "true") {
      return new Response(change(await answer.text()), { status: answer.status });
    }
    const lines = answer.body.pipeThrough(new TextDecoderStream()).pipeThrough(
      new TransformStream<string, string>({
        transform(text, controller) { // the server's chunks are whole lines
          const parts = text.split("\n").filter((line) => line !== "");
          controller.enqueue(parts.map((line) => `${change(line)}\n`).join(""));
        },
      }),
    );
    return new Response(lines.pipeThrough(new TextEncoderStream()));
  };
}

/** Sends the text before the good answer, in the same body. */
export function sayFirst(text: string): Fault {
  return onBody((body) => {
    const reader = body.getReader();
    return new ReadableStream<Bytes>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
  });
}

/** A body without end: the head, then the part again and again, as fast as it is read. */
export function endless(head: string, part: (index: number) => string): Fault {
  return () => {
    let index = 0;
    const encoder = new TextEncoder();
    return Promise.resolve(
      new Response(
        new ReadableStream<Bytes>({
          start: (controller) => controller.enqueue(encoder.encode(head)),
          pull: (controller) => controller.enqueue(encoder.encode(part(index++))),
        }),
      ),
    );
  };
}

function onBody(change: (body: ReadableStream<Bytes>) => ReadableStream<Bytes>): Fault {
  return async (request, next) => {
    const answer = await next(request);
    return answer.body === null
      ? answer
      : new Response(change(answer.body), { status: answer.status });
  };
}

function prefix(
  body: ReadableStream<Bytes>,
  bytes: number,
  then: (controller: ReadableStreamDefaultController<Bytes>) => void,
): ReadableStream<Bytes> {
  const reader = body.getReader();
  let left = bytes;
  return new ReadableStream<Bytes>({
    async pull(controller) {
      if (left <= 0) {
        then(controller);
        return await reader.cancel();
      }
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value.slice(0, left));
      left -= value.length;
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
