/**
 * The UDP side of a pod: it answers each datagram with its name and the bytes that came.
 *
 * @module
 */
import { peerHasGone } from "./net_errors.ts";
import { encodeReply, readRequest } from "./wire.ts";

/** The most bytes that a datagram has. */
const MOST_DATAGRAM = 65_536;

/** What the UDP side of a pod needs. */
export interface DatagramServerOptions {
  /** The pod's address. */
  readonly ip: string;
  /** Its port. */
  readonly port: number;
  /** Its name on the wire. */
  readonly endpoint: string;
  /** Takes what should never happen. */
  readonly onError: (error: unknown) => void;
}

/** The UDP side of a pod. */
export interface DatagramServer {
  /** Answers nothing any more; resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Starts answering datagrams.
 *
 * @throws {Deno.errors.AddrInUse} If the port is taken on the address.
 */
export function serveDatagrams(options: DatagramServerOptions): DatagramServer {
  const { ip: hostname, port, endpoint, onError } = options;
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  const buffer = new Uint8Array(MOST_DATAGRAM);
  let closed = false;

  async function answerAll(): Promise<void> {
    while (!closed) {
      try {
        const [datagram, from] = await socket.receive(buffer);
        const asked = readRequest(datagram);
        if (asked === null) continue;
        await socket.send(encodeReply({ ...asked.request, endpoint }, asked.payload), from);
      } catch (error) {
        // Closing the socket is what ends the wait; a client that has gone is no concern.
        if (!closed && !peerHasGone(error)) throw error;
      }
    }
  }

  const answering = answerAll().catch(onError);
  return {
    close() {
      if (!closed) socket.close();
      closed = true;
      return answering;
    },
  };
}
