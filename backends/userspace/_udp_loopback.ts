/**
 * UDP endpoints and clients on loopback, for tests of the data path.
 *
 * @module
 */
import { addressOf } from "../../core/mod.ts";
import { first, spec } from "./_loopback.ts";
import type { ListenerSpec } from "./spec.ts";
import type { UserspaceBackend } from "./userspace.ts";
import { type DatagramSockets, PLATFORM_DATAGRAMS, portOf } from "./udp_sockets.ts";

/** A UDP listener on a free port of 127.0.0.1. */
export function udpSpec(
  backends: readonly string[],
  parts: Partial<ListenerSpec> = {},
): ListenerSpec {
  const { ip = "127.0.0.1", port = 0 } = parts;
  return spec(backends, {
    protocol: "UDP",
    key: `UDP/${addressOf(ip, port)}`,
    servicePort: "default/dns",
    ...parts,
  });
}

/** A UDP pod for tests. */
export interface UdpPod extends AsyncDisposable {
  /** `ip:port`. */
  readonly address: string;
  /** Who sent the last datagram. */
  readonly lastFrom: Deno.NetAddr | null;
  /** Resolves with the next datagram that comes from now on. */
  next(): Promise<string>;
  /** Sends a datagram. */
  send(text: string, to: Deno.NetAddr): Promise<unknown>;
}

/** Starts a pod that answers each datagram; with `null` it stays silent. */
export function udpPod(
  answer: (bytes: Uint8Array) => Uint8Array | null,
  hostname = "127.0.0.1",
  port = 0,
): UdpPod {
  const socket = PLATFORM_DATAGRAMS.bind(hostname, port);
  let waiting: ((text: string) => void)[] = [];
  let lastFrom: Deno.NetAddr | null = null;
  let closed = false;
  const serving = (async () => {
    const buffer = new Uint8Array(65536);
    while (!closed) {
      try {
        const [bytes, from] = await socket.receive(buffer);
        if (from.transport !== "udp") continue;
        lastFrom = from;
        const reply = answer(bytes);
        if (reply !== null) await socket.send(reply, from);
        for (const resolve of waiting.splice(0)) resolve(new TextDecoder().decode(bytes));
      } catch (error) {
        if (!closed) throw error;
      }
    }
  })();
  return {
    address: addressOf(hostname, portOf(socket)),
    get lastFrom() {
      return lastFrom;
    },
    next() {
      const { promise, resolve } = Promise.withResolvers<string>();
      waiting = [...waiting, resolve];
      return promise;
    },
    send: (text, to) => socket.send(new TextEncoder().encode(text), to),
    async [Symbol.asyncDispose]() {
      closed = true;
      socket.close();
      await serving;
    },
  };
}

/** A pod that sends back what it gets. */
export function udpEcho(hostname?: string, port?: number): UdpPod {
  return udpPod((bytes) => bytes, hostname, port);
}

/** A pod that says its name. */
export function udpNamed(name: string): UdpPod {
  return udpPod(() => new TextEncoder().encode(name));
}

/** A UDP client of the backend's only listener. */
export interface UdpClient extends Disposable {
  /** `ip:port`. */
  readonly address: string;
  /** Sends some text. */
  say(text: string): Promise<void>;
  /** Sends some bytes. */
  send(bytes: Uint8Array): Promise<void>;
  /** The next datagram that comes. */
  hear(): Promise<string>;
  /** The next datagram that comes, as bytes. */
  receive(): Promise<Uint8Array>;
  /** Sends some text and hears the answer. */
  ask(text: string): Promise<string>;
}

/** Opens a client of the backend's only listener. */
export function udpClient(
  backend: UserspaceBackend,
  ip = "127.0.0.1",
  portOfListener: () => Promise<number> = async () => (await first(backend)).port,
): UdpClient {
  const socket = PLATFORM_DATAGRAMS.bind(ip, 0);
  const send = async (bytes: Uint8Array) => {
    const port = await portOfListener();
    await socket.send(bytes, { transport: "udp", hostname: ip, port });
  };
  const receive = async () => (await socket.receive(new Uint8Array(65536)))[0];
  const say = (text: string) => send(new TextEncoder().encode(text));
  const hear = async () => new TextDecoder().decode(await receive());
  return {
    address: addressOf(ip, portOf(socket)),
    say,
    send,
    hear,
    receive,
    async ask(text) {
      await say(text);
      return await hear();
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

/** What a test puts in the place of a socket's functions. */
export interface Faults {
  /** Instead of receive(); answers `null` to let the platform do it. */
  readonly receive?: () => Promise<never> | null;
  /** Instead of send(); answers `null` to let the platform do it. */
  readonly send?: () => Promise<number> | null;
}

/** Sockets of the platform with faults: on the listener's socket, and on those of the flows. */
export function faulty(faults: { listener?: Faults; flow?: Faults }): DatagramSockets {
  let bound = 0;
  return {
    bind(ip, port) {
      // The listener's is bound first.
      const now = bound++ === 0 ? faults.listener : faults.flow;
      const socket = PLATFORM_DATAGRAMS.bind(ip, port);
      return {
        addr: socket.addr,
        receive: (into) => now?.receive?.() ?? socket.receive(into),
        send: (bytes, to) => now?.send?.() ?? socket.send(bytes, to),
        close: () => socket.close(),
      };
    },
  };
}
