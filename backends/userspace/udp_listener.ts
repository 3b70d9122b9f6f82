/**
 * One listening UDP socket: gives each client a flow to an endpoint, and sends the replies. This is
 * the portable data path, on Deno's own sockets; it needs the permission to use the network.
 *
 * @module
 */
import { addressOf } from "../../core/mod.ts";
import { sleep } from "./_sleep.ts";
import type { Listener, ListenerStats } from "./data_path.ts";
import type { Flow } from "./flow.ts";
import { messageOf } from "./sockets.ts";
import type { ListenerSpec } from "./spec.ts";
import { newUdpCounters, udpCounts } from "./udp_counters.ts";
import { UdpFlows, type UdpFlowsOptions } from "./udp_flows.ts";
import { type DatagramSocket, isPeerGone, portOf } from "./udp_sockets.ts";

/**
 * How many flows a listener may have. Each takes a local port, of which Windows has 16,384 to give
 * away by default for each family: one flooded listener must leave room for the others.
 */
export const UDP_FLOW_LIMIT = 4096;

/** How long a flow may be idle, in milliseconds, as kube-proxy's userspace mode had it. */
export const UDP_IDLE_TIMEOUT_MS = 10_000;

/** How long to wait after receive failed: 5 ms at first, never more than a second. */
const PAUSE_MS = { first: 5, most: 1000 };

/** As often in a row may receive say that a client is gone before it counts as failing. */
const MOST_GONE = 64;

/** What a listener takes: all that comes, replies alone, nothing. */
type Phase = "open" | "draining" | "stopped";

/** One listening UDP socket. */
export class UdpListener implements Listener {
  readonly #server: DatagramSocket;
  readonly #options: UdpFlowsOptions;
  readonly #flows: UdpFlows;
  readonly #counters = newUdpCounters();
  readonly #closed = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #receiving: Promise<void>;
  #phase: Phase = "open";
  #receiveFailures = 0;
  #spec: ListenerSpec;

  /** Takes a bound socket over and receives. */
  constructor(server: DatagramSocket, spec: ListenerSpec, options: UdpFlowsOptions) {
    this.#server = server;
    this.#spec = spec;
    this.#options = options;
    const counters = this.#counters;
    this.#flows = new UdpFlows(spec, { server, counters, onEmpty: () => this.#empty() }, options);
    this.#receiving = this.#receive();
  }

  /** What it is. */
  get spec(): ListenerSpec {
    return this.#spec;
  }

  /** Resolves when it is stopped and its last flow has come to its end. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Makes it this from now on. Flows that it still allows go on, the others end at once. */
  update(spec: ListenerSpec): void {
    this.#spec = spec;
    this.#flows.update(spec);
  }

  /** Closes the socket, and with it the flows: without it no reply finds its way. */
  async stop(): Promise<void> {
    if (this.#phase !== "stopped") {
      this.#phase = "stopped";
      this.#flows.close();
      this.#closed.abort();
      this.#server.close();
    }
    // The platform keeps the address until it has taken the last receive back.
    await this.#receiving;
    this.#empty();
  }

  /** Takes nothing more from clients; replies to live flows pass until they are idle, or cut. */
  async drain(): Promise<void> {
    if (this.#phase === "open") this.#phase = "draining";
    if (this.#flows.size === 0) await this.stop();
  }

  /** Ends the live flows. */
  cut(): void {
    this.#flows.cut();
  }

  /** How it is. */
  stats(): ListenerStats {
    const { key, servicePort, kind, ip, backends } = this.#spec;
    const { flowsOpened, flowsEnded, dialFailures, dropped } = this.#counters;
    const { endpoints, bytesIn, bytesOut } = this.#flows.totals();
    return {
      key,
      servicePort,
      kind,
      ip,
      port: portOf(this.#server),
      backends: backends.length,
      endpoints,
      accepted: flowsOpened,
      active: this.#flows.size,
      broken: flowsEnded.broken,
      cut: flowsEnded.cut + flowsEnded["endpoint-gone"] + flowsEnded["source-not-allowed"],
      bytesIn,
      bytesOut,
      rejected: {
        "no-endpoints": dropped["no-endpoints"],
        "dial-failed": Object.values(dialFailures).reduce((sum, count) => sum + count),
        "source-not-allowed": dropped["source-not-allowed"],
        stopped: dropped.stopped,
      },
      dialFailures: { ...dialFailures },
      acceptFailures: this.#receiveFailures,
      udp: udpCounts(this.#counters),
    };
  }

  /** Receives until stopped, whatever the platform says in between. */
  async #receive(): Promise<void> {
    const { datagramBuffers } = this.#options;
    const { signal } = this.#closed;
    let buffer = datagramBuffers.take();
    let pause = PAUSE_MS.first;
    let gone = 0;
    while (!signal.aborted) {
      try {
        const [datagram, from] = await this.#server.receive(buffer);
        pause = PAUSE_MS.first;
        gone = 0;
        const flow = this.#flowOf(from);
        if (flow === null) continue;
        const next = datagramBuffers.take();
        // To wait is faster: the replies get their turns. UdpFlows sees to it that it has an end.
        const sent = this.#flows.forward(flow, datagram, buffer);
        buffer = next;
        await sent;
      } catch (error) {
        if (signal.aborted) break;
        if (isPeerGone(error) && ++gone < MOST_GONE) {
          this.#counters.dropped.refused++;
          continue;
        }
        this.#receiveFailed(error, pause);
        await sleep(pause, signal);
        pause = Math.min(PAUSE_MS.most, pause * 2);
      }
    }
    datagramBuffers.give(buffer);
  }

  /** The flow of who has just sent a datagram; `null`: it is dropped. */
  #flowOf(from: Deno.Addr): Flow | null {
    if (from.transport !== "udp") return null; // it never is anything else
    if (this.#phase === "open") {
      return this.#flows.use(addressOf(from.hostname, from.port), from);
    }
    this.#counters.dropped.stopped++;
    return null;
  }

  /** Goes a step further towards the end where no flow is in the way any more. */
  #empty(): void {
    // Not awaited: stop() never rejects, and who drains waits for `ended`.
    if (this.#phase === "draining") void this.stop();
    else if (this.#phase === "stopped" && this.#flows.running === 0) this.#ended.resolve();
  }

  #receiveFailed(error: unknown, pauseMs: number): void {
    const { log } = this.#options;
    const { key, servicePort } = this.#spec;
    this.#receiveFailures++;
    const line = `Cannot receive on ${key}: ${messageOf(error)}; trying again`;
    const fields = { service: servicePort, pauseMs };
    if (pauseMs === PAUSE_MS.first) log.error(line, fields);
    else log.v(2)?.info(line, fields);
  }
}
