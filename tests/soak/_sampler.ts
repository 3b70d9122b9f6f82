/**
 * Looks at what the process holds: memory, heap and descriptors.
 *
 * @module
 */

/** What the process holds. */
export interface Holdings {
  /** Memory of the process, in MiB. */
  readonly rss: number;
  /** What the main thread's heap uses after a collection, in MiB. */
  readonly heap: number;
  /** Open descriptors; 0 where they cannot be listed. */
  readonly descriptors: number;
}

const MIB = 1024 * 1024;

/** Looks once. With `--expose-gc` garbage is collected first, so that it is not taken for a leak. */
export async function look(): Promise<Holdings> {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
  const { rss, heapUsed } = Deno.memoryUsage();
  return { rss: rss / MIB, heap: heapUsed / MIB, descriptors: await countDescriptors() };
}

/** Deno lets a process list its own with all permissions only; `ls` may with leave to run it. */
async function countDescriptors(): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const command = new Deno.Command("ls", { args: [`/proc/${Deno.pid}/fd`] });
  const { stdout } = await command.output();
  return new TextDecoder().decode(stdout).trim().split("\n").length;
}
