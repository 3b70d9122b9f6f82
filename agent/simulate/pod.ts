/**
 * A pod: a server on a loopback address of its own that answers each request, over TCP or UDP, with
 * its name and the bytes that came. It ends as pods do: by finishing its work, or by dying.
 *
 * @module
 */
import { addressOf } from "../../core/mod.ts";
import { type DatagramServer, serveDatagrams } from "./datagram_pod.ts";
import type { Ledger } from "./ledger.ts";
import { peerHasGone } from "./net_errors.ts";
import { encodeReply, FrameReader, parseRequest, writeAll } from "./wire.ts";

/** What a pod needs. */
export interface PodServerOptions {
  /** Its address. */
  readonly ip: string;
  /** Its port, 0 for any that is free for both protocols. */
  readonly port: number;
  /** Where it enters the connections that it holds. */
  readonly ledger: Ledger;
  /** Takes what should never happen, such as running out of sockets. */
  readonly onError: (error: unknown) => void;
}

/** A pod's server. */
export interface PodServer {
  /** Its name on the wire, `ip:port`. */
  readonly endpoint: string;
  /** Its port. */
  readonly port: number;
  /** How many connections it holds. */
  readonly connections: number;
  /** Takes no more connections, answers what was asked, closes what is idle; resolves then. */
  finish(): Promise<void>;
  /** Dies at once, with everything it holds; resolves when nothing is left of it. */
  crash(): Promise<void>;
}

interface Session {
  readonly conn: Deno.TcpConn;
  /** The connection's number, `null` until the first request. */
  connection: number | null;
  /** Whether a request has begun to come in and is not answered yet. */
  busy: boolean;
}

/**
 * Starts a pod.
 *
 * @throws {Deno.errors.AddrInUse} If its port is taken on its address.
 */
export function startPodServer(options: PodServerOptions): PodServer {
  const { listener, datagrams, port, endpoint } = open(options);
  const sessions = new Set<Session>();
  const working = new Set<Promise<void>>();
  let state: "serving" | "finishing" | "dead" = "serving";

  const accepting = acceptAll().catch(options.onError);

  async function acceptAll(): Promise<void> {
    while (true) {
      let conn: Deno.TcpConn;
      try {
        conn = await listener.accept();
      } catch (error) {
        if (state !== "serving") return; // closing the listener is what ends the wait
        throw error;
      }
      const work = serve(conn).catch(options.onError).finally(() => working.delete(work));
      working.add(work);
    }
  }

  async function serve(conn: Deno.TcpConn): Promise<void> {
    const session: Session = { conn, connection: null, busy: false };
    sessions.add(session);
    const frames = new FrameReader(conn);
    try {
      conn.setNoDelay(true);
      // A connection that was let in gets its first answer even from a pod that is finishing.
      for (let more = true; more && state !== "dead";) {
        more = await answer(session, frames) && state === "serving";
      }
    } catch (error) {
      if (!peerHasGone(error)) throw error;
    } finally {
      if (sessions.has(session)) {
        if (state !== "serving") noteClosed(session);
        release(session);
      }
    }
  }

  /** Answers one request; says whether another may come. */
  async function answer(session: Session, frames: FrameReader): Promise<boolean> {
    const line = await frames.line();
    const request = line === null ? null : parseRequest(line);
    // A pod that died while the line came in has taken nothing on.
    if (request === null || !sessions.has(session)) return false;
    session.busy = true;
    session.connection = request.connection;
    options.ledger.claim(request.connection, endpoint);
    const payload = await frames.exactly(request.bytes);
    if (payload.length < request.bytes) return false;
    await writeAll(session.conn, encodeReply({ ...request, endpoint }, payload));
    session.busy = false;
    return true;
  }

  function noteClosed(session: Session): void {
    if (session.connection !== null) options.ledger.closedByPod(session.connection);
  }

  function release(session: Session): void {
    sessions.delete(session);
    session.conn.close();
  }

  async function end(
    next: "finishing" | "dead",
    which: (session: Session) => boolean,
  ): Promise<void> {
    if (state === "serving") listener.close();
    if (state !== "dead") state = next;
    for (const session of [...sessions].filter(which)) {
      noteClosed(session);
      release(session);
    }
    await Promise.all([accepting, datagrams.close(), ...working]);
  }

  return {
    endpoint,
    port,
    get connections() {
      return sessions.size;
    },
    finish: () => end("finishing", (session) => session.connection !== null && !session.busy),
    crash: () => end("dead", () => true),
  };
}

/** The sockets of a pod, both on one port. */
interface PodSockets {
  readonly listener: Deno.TcpListener;
  readonly datagrams: DatagramServer;
  readonly port: number;
  readonly endpoint: string;
}

/** As often the system may pick a port for TCP that is taken for UDP. */
const MOST_TRIES = 16;

function open(options: PodServerOptions, tries = 1): PodSockets {
  const listener = Deno.listen({ hostname: options.ip, port: options.port });
  const { port } = listener.addr;
  const endpoint = addressOf(options.ip, port);
  try {
    return { listener, datagrams: serveDatagrams({ ...options, port, endpoint }), port, endpoint };
  } catch (error) {
    listener.close();
    const again = options.port === 0 && tries < MOST_TRIES &&
      error instanceof Deno.errors.AddrInUse;
    if (!again) throw error;
    return open(options, tries + 1);
  }
}
