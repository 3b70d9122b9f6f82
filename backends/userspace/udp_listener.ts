/**
 * One UDP listener: gives each client a flow to an endpoint, and sends the replies. This is
 * the portable data path, on Deno's own sockets; it needs the permission to use the network.
 *
 * @module
 */
import type { ListenerStats } from "./data_path.ts";
import type { Flow } from "./flow.ts";
import { listenerStats } from "./listener_tally.ts";
import type { LocalListener } from "./local_listeners.ts";
import { messageOf } from "./sockets.ts";
import { hasEndpoints, type ListenerSpec } from "./spec.ts";
import { newUdpCounters, udpCounts } from "./udp_counters.ts";
import { UdpFlows, type UdpFlowsOptions } from "./udp_flows.ts";
import { UdpReceiver } from "./udp_receiver.ts";
import { type DatagramSocket, portOf } from "./udp_sockets.ts";

/**
 * How many flows a listener may have. Each takes a local port, of which Windows has 16,384 to give
 * away by default for each family: one flooded listener must leave room for the others.
 */
export const UDP_FLOW_LIMIT = 4096;

/** How long a flow may be idle, in milliseconds, as kube-proxy's userspace mode had it. */
export const UDP_IDLE_TIMEOUT_MS = 10_000;

/** What a listener takes: all that comes, replies alone, nothing. */
type Phase = "open" | "draining" | "stopped";

/** One UDP listener. */
export class UdpListener implements LocalListener {
  readonly #options: UdpFlowsOptions;
  readonly #flows: UdpFlows;
  readonly #counters = newUdpCounters();
  readonly #ended = Promise.withResolvers<void>();
  /** The socket; `null` while there is nobody to lead clients to. */
  #server: DatagramSocket | null = null;
  #receiver: UdpReceiver | null = null;
  #unbound: Promise<void> = Promise.resolve();
  #phase: Phase = "open";
  #receiveFailures = 0;
  #port: number;
  #spec: ListenerSpec;

  /** Binds its socket, if there is an endpoint. Throws what the platform refuses. */
  constructor(spec: ListenerSpec, options: UdpFlowsOptions) {
    this.#spec = spec;
    this.#port = spec.port;
    this.#options = options;
    if (hasEndpoints(spec)) this.#bind();
    const server = () => this.#server;
    const owner = {
      get server() {
        return server();
      },
      counters: this.#counters,
      onLetGo: () => this.#receiver?.letGo(),
      onEmpty: () => this.#empty(),
    };
    this.#flows = new UdpFlows(spec, owner, options);
  }

  /** What it is. */
  get spec(): ListenerSpec {
    return this.#spec;
  }

  /** Whether it has not been told to stop or to drain. */
  get isOpen(): boolean {
    return this.#phase === "open";
  }

  /** Resolves when it is stopped and its last flow has come to its end. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Makes it this from now on. Flows that it still allows go on, the others end at once. */
  async update(spec: ListenerSpec): Promise<void> {
    this.#spec = spec;
    this.#flows.update(spec);
    if (!hasEndpoints(spec)) this.#unbind();
    await this.#unbound;
    if (this.isOpen && this.#receiver === null && hasEndpoints(this.#spec)) this.#bind();
  }

  /** Closes the socket, and with it the flows: without it no reply finds its way. */
  async stop(): Promise<void> {
    if (this.#phase !== "stopped") {
      this.#phase = "stopped";
      this.#flows.close();
      this.#unbind();
    }
    await this.#unbound;
    this.#empty();
  }

  /** Takes no new clients; live flows go on until they are idle, or cut. */
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
    const { flowsOpened, flowsEnded, dialFailures, dropped } = this.#counters;
    const counts = {
      accepted: flowsOpened,
      active: this.#flows.size,
      broken: flowsEnded.broken,
      cut: flowsEnded.cut + flowsEnded["endpoint-gone"] + flowsEnded["source-not-allowed"],
      rejected: {
        "no-endpoints": dropped["no-endpoints"],
        "dial-failed": Object.values(dialFailures).reduce((sum, count) => sum + count),
        "source-not-allowed": dropped["source-not-allowed"],
        stopped: dropped.stopped,
      },
      dialFailures,
      acceptFailures: this.#receiveFailures,
      udp: udpCounts(this.#counters),
    };
    return listenerStats(this.#spec, this.#port, counts, this.#flows.totals());
  }

  #bind(): void {
    const { datagrams, datagramBuffers } = this.#options;
    const server = datagrams.bind(this.#spec.ip, this.#port);
    this.#server = server;
    this.#port = portOf(server); // a free one that was taken stays the same through all changes
    this.#receiver = new UdpReceiver(server, {
      buffers: datagramBuffers,
      // To wait is faster: the replies get their turns. UdpFlows sees to it that it has an end.
      forwarderOf: (from) => this.#flowOf(from),
      onGone: () => this.#counters.dropped.refused++,
      onFailure: (error, pauseMs, isFirst) => this.#receiveFailed(error, pauseMs, isFirst),
    });
  }

  #unbind(): void {
    if (this.#receiver === null) return;
    this.#unbound = this.#receiver.close();
    this.#receiver = null;
    this.#server = null;
  }

  /** The flow of who has just sent a datagram; `null`: it is dropped. */
  #flowOf(from: Deno.Addr): Flow | null {
    if (from.transport !== "udp") return null; // it never is anything else
    if (this.#phase === "open") return this.#flows.use(from);
    const flow = this.#phase === "draining" ? this.#flows.useLive(from) : null;
    if (flow === null) this.#counters.dropped.stopped++;
    return flow;
  }

  /** Goes a step further towards the end where no flow is in the way any more. */
  #empty(): void {
    // Not awaited: stop() never rejects, and who drains waits for `ended`.
    if (this.#phase === "draining") void this.stop();
    else if (this.#phase === "stopped" && this.#flows.running === 0) this.#ended.resolve();
  }

  #receiveFailed(error: unknown, pauseMs: number, isFirst: boolean): void {
    const { log } = this.#options;
    const { key, servicePort } = this.#spec;
    this.#receiveFailures++;
    const line = `Cannot receive on ${key}: ${messageOf(error)}; trying again`;
    const fields = { service: servicePort, pauseMs };
    if (isFirst) log.error(line, fields);
    else log.v(2)?.info(line, fields);
  }
}
