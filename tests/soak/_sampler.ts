/**
 * Looks at what the process holds: memory, heap and descriptors.
 *
 * @module
 */
import type { UserspaceStats } from "../../backends/mod.ts";

/** What the process holds. */
export interface Holdings {
  /** Memory of the process, in MiB. */
  readonly rss: number;
  /** What the main thread's heap uses after a collection, in MiB. */
  readonly heap: number;
  /** Open descriptors that belong to no live connection or flow; 0 where they cannot be listed. */
  readonly descriptors: number;
}

const MIB = 1024 * 1024;

/** What of the traffic is alive. */
export type Alive = Pick<UserspaceStats, "listeners" | "draining">;

/**
 * A proxied connection has four descriptors here, where its client and its pod live too, and a flow has
 * one. How many there are goes with how busy the machine is, and tells of no leak. What drains are
 * connections: a UDP listener that is stopped ends its flows.
 */
const EACH = { connection: 4, flow: 1 };

/** Looks once. With `--expose-gc` garbage is collected first, so that it is not taken for a leak. */
export async function look(alive: () => Promise<Alive>): Promise<Holdings> {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
  const { rss, heapUsed } = Deno.memoryUsage();
  const all = await countDescriptors();
  const descriptors = all === 0 ? 0 : all - descriptorsOf(await alive());
  return { rss: rss / MIB, heap: heapUsed / MIB, descriptors };
}

function descriptorsOf({ listeners, draining }: Alive): number {
  return listeners.reduce(
    (sum, { active, udp }) => sum + active * (udp === undefined ? EACH.connection : EACH.flow),
    draining.connections * EACH.connection,
  );
}

/** Deno lets a process list its own with all permissions only; `ls` may with leave to run it. */
async function countDescriptors(): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const command = new Deno.Command("ls", { args: [`/proc/${Deno.pid}/fd`] });
  const { stdout } = await command.output();
  return new TextDecoder().decode(stdout).trim().split("\n").length;
}
