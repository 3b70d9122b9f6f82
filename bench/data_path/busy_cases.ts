/**
 * What a busy control plane does to traffic: the program reads 10,000 Services anew, again and again,
 * while requests go through it at a pace.
 *
 * @module
 */
import { clusterJson } from "../cluster.ts";
import type { Case, GroupOptions, Prepared } from "../harness.ts";
import type { Figures } from "./load.ts";
import { descriptorLimit } from "./speed_cases.ts";
import { installed, Stage } from "./stage.ts";
import type { Ground, Running, Variant } from "./variant.ts";
import { fileNameOf, listOf, objectsOf, windlass } from "./windlass.ts";

const ROUNDS = 7;
const SECONDS = 2;

/** The tail with a busy control plane may be so many times the idle one. */
const MOST_TIMES = 1.2;

/** The first two octets of the Services' addresses: loopback, so that all can be listened on. */
const SERVICE_NET = "127.32";

const SERVICES = 10_000;

/** The last Service: when it is served, all are. */
const LAST_SERVICE = {
  hostname: `${SERVICE_NET}.${(SERVICES - 1) >> 8}.${(SERVICES - 1) & 255}`,
  port: 80,
};

/** How long the first sync of so many may take. */
const PATIENCE_MS = 60_000;

/** How long the program is left alone before it counts as idle. */
const SETTLE_MS = 2000;

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
    const cases = await casesOf(variant, stage);
    return { cases, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

async function casesOf(variant: Variant, stage: Stage): Promise<readonly Case[]> {
  let texts: readonly string[] = [];
  const withServices: Variant = {
    ...variant,
    start: (ground) => {
      texts = clustersAround(ground);
      return variant.start(ground);
    },
  };
  const at = await stage.start(withServices);
  const rewrite = (text: string) => stage.write(`${fileNameOf(variant.name)}.json`, text);
  rewrite(texts[0] ?? "");
  const { hostname, port } = LAST_SERVICE;
  await at.child?.serves(hostname, port, PATIENCE_MS);
  await settle();
  const idleName = `2000 requests/s, control plane idle, p99: ${variant.name}`;
  return [
    {
      name: idleName,
      unit: "µs",
      rounds: ROUNDS,
      sample: async () => [(await pace(at, stage)).p99],
    },
    {
      name: `2000 requests/s, control plane busy, p99: ${variant.name}`,
      unit: "µs",
      rounds: ROUNDS,
      peers: [idleName],
      target: { kind: "times-better", atLeast: 1 / MOST_TIMES },
      sample: async () => {
        const load = pace(at, stage);
        let over = false;
        const ended = load.finally(() => over = true);
        for (let i = 0; !over; i++) {
          rewrite(texts[i % texts.length] ?? "");
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        const { p99 } = await ended;
        await settle(); // what was rewritten last must not reach into the next sample
        return [p99];
      },
    },
  ];
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
function clustersAround(ground: Ground): readonly string[] {
  return [1, 2].map((endpoints) => listOf([...objectsOf(ground), ...cluster(endpoints)]));
}

/** Services on loopback, so that all can be listened on. */
function cluster(endpoints: number): readonly unknown[] {
  return clusterJson({ services: SERVICES, endpoints, serviceNet: SERVICE_NET });
}
