/**
 * What a busy control plane does to traffic: the program reads 10,000 Services anew, again and again,
 * while requests go through it at a pace. Where client, server and proxy share the cores with it, any
 * work costs them time; so the same work is done in another process, too, beside the program and beside
 * no proxy at all. What is lost over that is lost within the program.
 *
 * @module
 */
import { clusterJson } from "../cluster.ts";
import type { Case, GroupOptions, Prepared } from "../harness.ts";
import type { Figures } from "./load.ts";
import { descriptorLimit } from "./speed_cases.ts";
import { installed, Stage } from "./stage.ts";
import { direct, type Ground, type Running, type Variant } from "./variant.ts";
import { fileNameOf, listOf, objectsOf, windlass } from "./windlass.ts";

const ROUNDS = 7;
const SECONDS = 2;

/** The tail with a busy control plane may be so many times the idle one. */
const MOST_TIMES = 1.2;

/** The first two octets of the Services' addresses: loopback, so that all can be listened on. */
const SERVICE_NETS = { own: "127.32", neighbour: "127.33" } as const;

const SERVICES = 10_000;

/** Where the last Service is: when it is served, all are. */
const LAST_SERVICE = { octets: `${(SERVICES - 1) >> 8}.${(SERVICES - 1) & 255}`, port: 80 };

/** How long the first sync of so many may take. */
const PATIENCE_MS = 60_000;

/** How long between two states of the cluster: less than reading one takes. */
const REWRITE_EVERY_MS = 300;

/** How long the program is left alone before it counts as idle. */
const SETTLE_MS = 2000;

/** A program that serves many Services, and can be kept busy with them. */
interface Program {
  /** Where it is. */
  readonly at: Running;
  /** Gives it other endpoints for every Service, each time it is called. */
  readonly rewrite: () => void;
}

/** Makes the cases of one data path: only one program can serve the Services at a time. */
export async function busy(
  dataPath: "deno" | "native",
  { note }: GroupOptions,
): Promise<Prepared> {
  const program = windlass(dataPath, { name: `windlass ${dataPath}, 10,000 Services` });
  const [variant] = await installed([program], note);
  if (variant === undefined) return [];
  const stage = await Stage.open(descriptorLimit());
  try {
    const cases = await casesOf(variant, windlass(dataPath, { name: "neighbour" }), stage);
    return { cases, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

async function casesOf(
  variant: Variant,
  beside: Variant,
  stage: Stage,
): Promise<readonly Case[]> {
  const own = await serving(variant, SERVICE_NETS.own, stage);
  const neighbour = await serving(beside, SERVICE_NETS.neighbour, stage);
  const bare = await stage.start(direct);
  await settle();
  const nameOf = (what: string, of: Variant) => `2000 requests/s, ${what}, p99: ${of.name}`;
  const names = {
    idle: nameOf("control plane idle", variant),
    beside: nameOf("another process busy", variant),
  };
  const common = { unit: "µs", rounds: ROUNDS } as const;
  const target = { kind: "times-better", atLeast: 1 / MOST_TIMES } as const;
  let last = NaN;
  return [
    { ...common, name: names.idle, sample: async () => [(await pace(own.at, stage)).p99] },
    {
      ...common,
      name: nameOf("another process busy", direct),
      sample: async () => [await tailWhileBusy(bare, neighbour, stage)],
    },
    {
      ...common,
      name: names.beside,
      sample: async () => [await tailWhileBusy(own.at, neighbour, stage)],
    },
    {
      ...common,
      name: nameOf("control plane busy", variant),
      peers: [names.idle],
      target,
      sample: async () => [last = await tailWhileBusy(own.at, own, stage)],
    },
    { // the same samples, beside those that the cores are as busy in
      ...common,
      name: nameOf("control plane busy instead of another process", variant),
      peers: [names.beside],
      target,
      sample: () => [last],
    },
  ];
}

/** Starts a program, and waits until it serves all Services. */
async function serving(variant: Variant, serviceNet: string, stage: Stage): Promise<Program> {
  let texts: readonly string[] = [];
  let writes = 0;
  const at = await stage.start({
    ...variant,
    start: (ground) => {
      texts = clustersAround(ground, serviceNet);
      return variant.start(ground);
    },
  });
  const rewrite = () => {
    stage.write(`${fileNameOf(variant.name)}.json`, texts[writes++ % texts.length] ?? "");
  };
  rewrite();
  await at.child?.serves(`${serviceNet}.${LAST_SERVICE.octets}`, LAST_SERVICE.port, PATIENCE_MS);
  return { at, rewrite };
}

/** The tail of requests while a program, theirs or not, is kept busy. */
async function tailWhileBusy(to: Running, program: Program, stage: Stage): Promise<number> {
  const load = pace(to, stage);
  let over = false;
  const ended = load.finally(() => over = true);
  while (!over) {
    program.rewrite();
    await new Promise((resolve) => setTimeout(resolve, REWRITE_EVERY_MS));
  }
  const { p99 } = await ended;
  await settle(); // what was rewritten last must not reach into the next sample
  return p99;
}

function pace({ echo }: Running, { generator }: Stage): Promise<Figures> {
  return generator.run({
    kind: "requests",
    to: echo,
    connections: 32,
    bytes: 64,
    seconds: SECONDS,
    perSecond: 2000,
  });
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

/** Two states of a cluster that differ in every Service's endpoints. */
function clustersAround(ground: Ground, serviceNet: string): readonly string[] {
  const cluster = (endpoints: number) => clusterJson({ services: SERVICES, endpoints, serviceNet });
  return [1, 2].map((endpoints) => listOf([...objectsOf(ground), ...cluster(endpoints)]));
}
