/**
 * The worker that puts loads on targets, one after the other.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { unreachable } from "../../core/mod.ts";
import type { Counts, Figures, Load } from "./load.ts";
import { bulk } from "./load_bulk.ts";
import { connections, hold } from "./load_connections.ts";
import { datagrams } from "./load_datagrams.ts";
import { requests } from "./load_requests.ts";
import type { Wire } from "./wire.ts";

/** What the worker is told. */
export interface LoadOrder {
  /** The load; `null`: only let go of what is held. */
  readonly load: Load | null;
  /** What the servers count. */
  readonly counts: Counts;
}

/** What it answers. */
export type LoadAnswer =
  | {
    /** It was done. */
    readonly ok: true;
    /** What came of it. */
    readonly figures: Figures;
  }
  | {
    /** It was not. */
    readonly ok: false;
    /** Why. */
    readonly why: string;
  };

const NO_FIGURES: Figures = { perSecond: 0, p50: 0, p99: 0, lost: 0, failed: 0, endedAt: 0 };

let held: Wire | null = null;

function run({ load, counts }: LoadOrder): Figures {
  held?.[Symbol.dispose]();
  held = null;
  if (load === null) return NO_FIGURES;
  switch (load.kind) {
    case "requests":
      return requests(load);
    case "bulk":
      return bulk(load, counts);
    case "connections":
      return connections(load);
    case "datagrams":
      return datagrams(load, counts);
    case "idle": {
      const { wire, figures } = hold(load, counts);
      held = wire;
      return figures;
    }
    default:
      return unreachable(load);
  }
}

self.onmessage = ({ data }: MessageEvent<LoadOrder>) => {
  let answer: LoadAnswer;
  try {
    answer = { ok: true, figures: run(data) };
  } catch (error) {
    answer = { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(answer);
};
