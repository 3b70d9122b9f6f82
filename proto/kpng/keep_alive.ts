/**
 * Asks the other side of an HTTP/2 session for a sign of life now and then, and cuts the session off
 * where none comes: a machine that lost its power does not say goodbye.
 *
 * @module
 */
import type { Http2Session } from "node:http2";

/**
 * Starts to ask, until the session is closed.
 *
 * @param periodMs How often to ask. One that has not answered by the next time is cut off.
 * @param onSilence Is told before that.
 */
export function keepAlive(
  session: Http2Session,
  periodMs: number,
  onSilence: () => void,
): void {
  if (session.destroyed) return;
  let waiting = false;
  const timer = setInterval(() => {
    if (session.destroyed || session.closed) return;
    if (waiting) {
      clearInterval(timer);
      onSilence();
      session.destroy();
      return;
    }
    waiting = true;
    session.ping((error: Error | null) => {
      if (error === null || error === undefined) waiting = false;
    });
  }, periodMs);
  session.once("close", () => clearInterval(timer));
}
