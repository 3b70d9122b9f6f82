/**
 * A way round a fault of `node:http2` in Deno 2.9 (denoland/deno#36788): to close or destroy a session
 * inside its own frame callback corrupts nghttp2, and a peer can bring that about. Here both happen
 * one turn later. `tests/kpng/guard_test.ts` sends the frames that kill a process without it.
 *
 * @module
 */
import type { Http2Session } from "node:http2";

/** Makes a session safe. To be called before anything else learns of the session. */
export function guardSession(session: Http2Session): void {
  const { close, destroy } = session;
  const closed: (() => void)[] = [];
  let closing = false;
  let destroying = false;
  session.close = (callback) => {
    if (callback !== undefined) closed.push(callback);
    if (closing) return;
    closing = true;
    setImmediate(() => {
      const tell = () => closed.splice(0).forEach((each) => each());
      if (session.destroyed) tell();
      else close.call(session, tell);
    });
  };
  session.destroy = (error, code) => {
    if (destroying) return;
    destroying = true;
    setImmediate(() => destroy.call(session, error, code));
  };
}
