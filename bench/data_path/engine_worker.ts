/**
 * The native engine alone in a worker, without the product around it.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { NativeEngine, type NativeListener, openSys } from "../../backends/userspace/native/mod.ts";

import { COUNT, type Counts } from "./load.ts";

/** How long it takes at most to see that it shall stop. */
const STOP_LOOK_MS = 100;

/** What the engine shall listen for: from where to which server. */
export interface EngineOrder {
  /** The address that it listens on. */
  readonly ip: string;
  /** Where it stands whether to stop. */
  readonly counts: Counts;
  /** Its listeners. */
  readonly listeners: readonly {
    /** What it listens for. */
    readonly protocol: NativeListener["protocol"];
    /** The port that it listens on. */
    readonly port: number;
    /** Where that leads, as `ip:port`. */
    readonly server: string;
  }[];
}

self.onmessage = ({ data: { ip, counts, listeners } }: MessageEvent<EngineOrder>) => {
  using sys = openSys();
  using engine = NativeEngine.create({ sys });
  for (const { protocol, port, server } of listeners) {
    const key = `${protocol}/${port}`;
    const result = engine.open({ key, protocol, ip, port, choose: () => server });
    if (!result.ok) throw new Error(result.message);
  }
  self.postMessage("open");
  while (counts[COUNT.stop] === 0) engine.turn(STOP_LOOK_MS);
  self.close();
};
