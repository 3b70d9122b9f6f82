/**
 * What a connection costs that moves nothing: memory in use with many of them, over the memory at the
 * start. Each sample has a process of its own.
 *
 * @module
 */
import type { Case, GroupOptions, Prepared, Target } from "../harness.ts";
import { HAPROXY, nginx } from "./peers.ts";
import { descriptorLimit } from "./speed_cases.ts";
import { installed, Stage } from "./stage.ts";
import type { Variant } from "./variant.ts";
import { windlass } from "./windlass.ts";

const ROUNDS = 3;

/** What one connection may cost, in KiB. */
const TARGETS: Readonly<Record<string, Target>> = {
  "windlass native": { kind: "figure", atMost: 10 },
  "windlass deno": { kind: "figure", atMost: 25 },
};

/** How long memory is given to settle. */
const SETTLE_MS = 1000;

/** Makes the cases. */
export async function idle({ note }: GroupOptions): Promise<Prepared> {
  const variants = [...HAPROXY.slice(1, 2), nginx, windlass("deno"), windlass("native")];
  const here = await installed(variants, () => {}); // the first group has named them
  const stage = await Stage.open(descriptorLimit());
  const { connections } = stage;
  if (connections < 10_000) {
    note(`Idle connections: ${connections}, for a process may have few descriptors`);
  }
  const cases = here.map((variant): Case => ({
    name: `memory of an idle connection: ${variant.name}`,
    unit: "KiB",
    rounds: ROUNDS,
    ...(TARGETS[variant.name] === undefined ? {} : { target: TARGETS[variant.name] }),
    sample: async () => [await bytesPerConnection(variant, stage) / 1024],
  }));
  return { cases, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

async function bytesPerConnection(variant: Variant, stage: Stage): Promise<number> {
  const { connections, generator } = stage;
  const { echo: to, child } = await stage.start(variant);
  if (child === null) throw new Error(`Cannot measure ${variant.name}: it is no process`);
  try {
    await generator.run({ kind: "connections", to, connections: 8, seconds: 0.2 });
    await settle();
    const before = await child.memory();
    await using _held = await generator.hold({ kind: "idle", to, connections });
    await settle();
    return (await child.memory() - before) / connections;
  } finally {
    await child.kill();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
