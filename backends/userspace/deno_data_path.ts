/**
 * The portable data path, on Deno's own sockets: a listener of its own kind for each protocol.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { AffinityTables } from "./balance/affinity.ts";
import type { DataPath, Listener } from "./data_path.ts";
import { FlowSweep, type SetTimer } from "./flow_sweep.ts";
import type { ListenerSpec } from "./spec.ts";
import { TcpListener, type TcpListenerOptions } from "./tcp_listener.ts";
import { Turns } from "./turns.ts";
import { DatagramBuffers } from "./udp_buffers.ts";
import type { UdpFlowsOptions } from "./udp_flows.ts";
import { UdpListener } from "./udp_listener.ts";

/** What all listeners of the portable data path share. */
export interface DenoDataPathOptions
  extends
    Omit<TcpListenerOptions, "turns" | "affinity">,
    Omit<UdpFlowsOptions, "datagramBuffers" | "sweep" | "affinity"> {
  /** How long a UDP flow may be idle, in milliseconds. */
  readonly udpIdleTimeoutMs: number;
  /** Sets a timer. */
  readonly setTimer: SetTimer;
}

/** The portable data path. */
export function denoDataPath(options: DenoDataPathOptions): DataPath {
  const { sockets, datagrams, udpIdleTimeoutMs, now, setTimer, log } = options;
  const turns = new Turns(sockets, log);
  const affinity = new AffinityTables({ now });
  const datagramBuffers = new DatagramBuffers();
  const sweep = new FlowSweep({ idleTimeoutMs: udpIdleTimeoutMs, now, setTimer });
  const open = (spec: ListenerSpec): Listener => {
    const { protocol, ip, port } = spec;
    switch (protocol) {
      case "TCP":
        return new TcpListener(sockets.listen(ip, port), spec, { ...options, turns, affinity });
      case "UDP": {
        const shared = { ...options, datagramBuffers, sweep, affinity };
        return new UdpListener(datagrams.bind(ip, port), spec, shared);
      }
      default:
        return unreachable(protocol);
    }
  };
  return {
    name: "deno",
    open: (spec) => Promise.try(() => open(spec)),
    close: () => turns.close(),
  };
}
