/**
 * The portable data path, on Deno's own sockets: a listener of its own kind for each protocol.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { AffinityTables } from "./balance/affinity.ts";
import { SiblingTable } from "./balance/siblings.ts";
import type { DataPath } from "./data_path.ts";
import { FlowSweep, type SetTimer } from "./flow_sweep.ts";
import { type LocalListener, LocalListeners } from "./local_listeners.ts";
import { Patience } from "./patience.ts";
import type { ListenerSpec } from "./spec.ts";
import { TcpListener, type TcpListenerOptions } from "./tcp_listener.ts";
import { Turns } from "./turns.ts";
import { DatagramBuffers } from "./udp_buffers.ts";
import type { UdpFlowsOptions } from "./udp_flows.ts";
import { UdpListener } from "./udp_listener.ts";

/** What all listeners of the portable data path share. */
export interface DenoDataPathOptions
  extends
    Omit<TcpListenerOptions, "turns" | "patience" | "affinity" | "siblings">,
    Omit<UdpFlowsOptions, "datagramBuffers" | "sweep" | "affinity" | "siblings"> {
  /** How long a UDP flow may be idle, in milliseconds. */
  readonly udpIdleTimeoutMs: number;
  /** Sets a timer. */
  readonly setTimer: SetTimer;
}

/** The portable data path. */
export function denoDataPath(options: DenoDataPathOptions): DataPath {
  const { sockets, udpIdleTimeoutMs, now, setTimer, log, pool } = options;
  const turns = new Turns(sockets, log);
  const patience = new Patience(turns);
  const affinity = new AffinityTables({ now });
  const siblings = new SiblingTable();
  const datagramBuffers = new DatagramBuffers();
  const sweep = new FlowSweep({ idleTimeoutMs: udpIdleTimeoutMs, now, setTimer });
  const listeners = new LocalListeners();
  const open = (spec: ListenerSpec): LocalListener => {
    switch (spec.protocol) {
      case "TCP":
        return new TcpListener(spec, { ...options, turns, patience, affinity, siblings });
      case "UDP":
        return new UdpListener(spec, { ...options, datagramBuffers, sweep, affinity, siblings });
      default:
        return unreachable(spec.protocol);
    }
  };
  return {
    name: "deno",
    open: (spec) => Promise.try(() => listeners.add(open(spec))),
    stats: () =>
      Promise.resolve({
        ...listeners.stats(),
        bufferBytes: pool.lentAboveSmallest,
        workers: [],
      }),
    close: () => {
      turns.close();
      patience.close();
      return Promise.resolve();
    },
  };
}
