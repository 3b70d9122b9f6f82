/**
 * How fast traffic gets through: each measure over all variants in turn, round by round.
 *
 * @module
 */
import { openSys } from "../../backends/userspace/native/mod.ts";
import type { Case, GroupOptions, Prepared, Target } from "../harness.ts";
import type { Figures, Load } from "./load.ts";
import { HAPROXY, nginx, socat } from "./peers.ts";
import { installed, Stage } from "./stage.ts";
import { direct, type Running, type Variant } from "./variant.ts";
import { bareDeno, engine, windlass } from "./windlass.ts";

/** One figure of a load. */
interface Reading {
  /** What it is. */
  readonly name: string;
  readonly unit: string;
  readonly higherIsBetter: boolean;
  readonly read: (figures: Figures) => number;
  /** What Windlass should reach against which variants, by its data path. */
  readonly targets?: Readonly<Record<Ours, readonly [atLeast: number, ...peers: string[]]>>;
}

/** Windlass' data paths. */
type Ours = "native" | "deno";

/** A load, and what is read off it. */
interface Measure {
  readonly name: string;
  /** The load; `null`: not for this variant. */
  readonly load: (to: Running, seconds: number) => Load | null;
  /** What goes on beside it. */
  readonly beside?: (to: Running, seconds: number) => Load;
  /** The figures, the chief one first. */
  readonly readings: readonly Reading[];
  /** Variants that are left out, because they would only be waited for. */
  readonly without?: readonly string[];
}

const FULL_HAPROXY = "haproxy 64 KiB";
const NGINX = "nginx stream";
const STREAM_PEERS = [FULL_HAPROXY, NGINX] as const;

const perSecond = ({ perSecond }: Figures) => perSecond;

const MEASURES: readonly Measure[] = [
  {
    name: "bulk, one stream",
    load: ({ sink }, seconds) => ({ kind: "bulk", to: sink, connections: 1, seconds }),
    readings: [{
      name: "",
      unit: "Gbit/s",
      higherIsBetter: true,
      read: (figures) => figures.perSecond * 8 / 1e9,
      targets: { native: [1.1, ...STREAM_PEERS], deno: [1, FULL_HAPROXY] },
    }],
  },
  {
    name: "requests on 32 connections",
    load: ({ echo }, seconds) => ({
      kind: "requests",
      to: echo,
      connections: 32,
      bytes: 64,
      seconds,
      perSecond: null,
    }),
    readings: [
      {
        name: "",
        unit: "/s",
        higherIsBetter: true,
        read: perSecond,
        targets: { native: [1.05, ...STREAM_PEERS], deno: [0.9, ...STREAM_PEERS] },
      },
      { name: ", p50", unit: "µs", higherIsBetter: false, read: ({ p50 }) => p50 },
      { name: ", p99", unit: "µs", higherIsBetter: false, read: ({ p99 }) => p99 },
    ],
  },
  {
    name: "new connections, 32 at a time",
    load: ({ echo }, seconds) => ({ kind: "connections", to: echo, connections: 32, seconds }),
    readings: [{
      name: "",
      unit: "/s",
      higherIsBetter: true,
      read: perSecond,
      targets: { native: [0.9, ...STREAM_PEERS], deno: [0.55, ...STREAM_PEERS] },
    }],
  },
  {
    name: "2000 requests/s beside 8 bulk streams",
    load: ({ echo }, seconds) => ({
      kind: "requests",
      to: echo,
      connections: PACED_CONNECTIONS,
      bytes: 64,
      seconds,
      perSecond: 2000,
    }),
    beside: ({ sink }, seconds) => ({ kind: "bulk", to: sink, connections: 8, seconds }),
    readings: [{
      name: ", p99",
      unit: "µs",
      higherIsBetter: false,
      read: ({ p99 }) => p99,
      targets: { native: [1, NGINX], deno: [0.5, NGINX] },
    }],
    without: ["socat"],
  },
  ...[1, 100, 1000].map((clients): Measure => ({
    name: `datagrams of ${clients} ${clients === 1 ? "client" : "clients"}`,
    load: ({ datagrams }, seconds) =>
      datagrams && { kind: "datagrams", to: datagrams, clients, seconds, perSecond: null },
    readings: [
      {
        name: "",
        unit: "/s",
        higherIsBetter: true,
        read: perSecond,
        targets: { native: [1.25, NGINX], deno: [0.5, NGINX] },
      },
      {
        name: ", lost",
        unit: "%",
        higherIsBetter: false,
        read: ({ lost }) => lost * 100,
        targets: { native: [1, NGINX], deno: [0, NGINX] },
      },
    ],
    without: clients > 100 ? ["socat"] : [],
  })),
  {
    name: "50,000 datagrams/s of 100 clients",
    load: ({ datagrams }, seconds) =>
      datagrams &&
      { kind: "datagrams", to: datagrams, clients: 100, seconds, perSecond: 50_000 },
    readings: [{
      name: ", lost",
      unit: "%",
      higherIsBetter: false,
      read: ({ lost }) => lost * 100,
    }],
  },
];

/** So many that a request need not wait for a connection, even where answers take 100 ms. */
const PACED_CONNECTIONS = 256;

/** How long one sample takes, in seconds. */
const SECONDS = { full: 0.6, quick: 0.1 };

/** How long a load begins before, and ends after, the one that it goes beside. */
const LEAD_MS = 150;

const ROUNDS = 9;

/** Starts the variants, and makes the cases. */
export async function speed({ quick, note }: GroupOptions): Promise<Prepared> {
  const variants = quick
    ? [direct, engine]
    : [direct, ...HAPROXY, nginx, socat, bareDeno, windlass("deno"), windlass("native"), engine];
  const here = await installed(variants, note);
  const stage = await Stage.open(descriptorLimit());
  try {
    const running = new Map<Variant, Running>();
    for (const variant of here) running.set(variant, await stage.start(variant));
    const names = new Set(here.map(({ name }) => name));
    const cases = MEASURES.flatMap((measure) =>
      [...running].flatMap(([variant, at]) =>
        casesOf(measure, variant, { at, stage, quick, note, names })
      )
    );
    return { cases, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

/** How many descriptors a process may have. */
export function descriptorLimit(): number {
  using sys = openSys();
  return sys.descriptorLimit();
}

interface Setting {
  readonly at: Running;
  readonly stage: Stage;
  readonly quick: boolean;
  readonly note: (text: string) => void;
  readonly names: ReadonlySet<string>;
}

/** The cases of a measure and a variant. The first one measures, the others read off the same run. */
function casesOf(measure: Measure, variant: Variant, setting: Setting): readonly Case[] {
  const { at, stage, quick, note } = setting;
  const seconds = quick ? SECONDS.quick : SECONDS.full;
  const load = measure.load(at, seconds);
  if (load === null || measure.without?.includes(variant.name)) return [];
  const beside = measure.beside?.(at, seconds + 2 * LEAD_MS / 1000) ?? null;
  let last: Figures | null = null;
  const run = async () => {
    const other = beside === null ? null : stage.generator.run(beside);
    if (other !== null) await new Promise((resolve) => setTimeout(resolve, LEAD_MS));
    const figures = await stage.generator.run(load);
    await other;
    if (figures.failed > 0) {
      note(`${variant.name}, ${measure.name}: ${figures.failed} connections failed`);
    }
    return figures;
  };
  return measure.readings.map((reading, i): Case => ({
    name: `${measure.name}${reading.name}: ${variant.name}`,
    unit: reading.unit,
    higherIsBetter: reading.higherIsBetter,
    rounds: ROUNDS,
    ...aimOf(measure, reading, variant, setting.names),
    sample: async () => {
      if (i === 0 || last === null) last = await run();
      return [reading.read(last)];
    },
  }));
}

/** What a case is compared with, and what it should reach. */
function aimOf(
  measure: Measure,
  reading: Reading,
  variant: Variant,
  names: ReadonlySet<string>,
): Pick<Case, "peers" | "target"> {
  const ours = oursOf(variant);
  const [atLeast, ...peers] = ours === null ? [] : reading.targets?.[ours] ?? [];
  const caseOf = (name: string) => `${measure.name}${reading.name}: ${name}`;
  if (atLeast === undefined) {
    return variant === direct ? {} : { peers: [caseOf(direct.name)] };
  }
  const here = peers.filter((name) => names.has(name)).map(caseOf);
  const target: Target = { kind: "times-better", atLeast };
  return atLeast === 0 ? { peers: here } : { peers: here, target };
}

function oursOf({ name }: Variant): Ours | null {
  switch (name) {
    case "windlass native":
    case engine.name:
      return "native";
    case "windlass deno":
      return "deno";
    default:
      return null;
  }
}
