/**
 * What is wrong with a node's HNS, or may go wrong soon, with cause and cure: a list of checks over
 * one observation. Pure.
 *
 * @module
 */
import { type Actual, type ActualEndpoint, type ActualLoadBalancer, actualOf } from "./actual.ts";
import type { HnsConfig, HnsEnvironment } from "./config.ts";
import { LOAD_BALANCER_FLAGS } from "./documents.ts";
import { keysOf } from "./identity.ts";
import {
  blocksLeft,
  blocksOf,
  DEFAULT_PORTS,
  PORT_BLOCK,
  type PortSpace,
  WIDEN_PORTS,
} from "./port_blocks.ts";
import {
  absence,
  ambiguity,
  environmentOf,
  type HnsObservation,
  misconfiguration,
} from "./observation.ts";

/** Something that a check found. */
export interface Diagnosis {
  /** The check. */
  readonly check: string;
  /** How bad it is. */
  readonly severity: "error" | "warning" | "info";
  /** What was found. */
  readonly finding: string;
  /** Why it is so. */
  readonly cause: string;
  /** What helps. */
  readonly cure: string;
}

/** What the checks look at. */
interface Patient {
  readonly networkName: string;
  readonly observation: HnsObservation;
  /** The ports of the node; `null` where they could not be asked for. */
  readonly ports: PortSpace | null;
  /** What HNS has, as plans see it; `null` without the network. */
  readonly world: { readonly env: HnsEnvironment; readonly actual: Actual } | null;
}

/**
 * Examines a node.
 *
 * @param ports The ports of the node; `null` where they could not be asked for.
 */
export function examine(
  observation: HnsObservation,
  config: HnsConfig,
  ports: PortSpace | null = null,
): readonly Diagnosis[] {
  const { network } = observation;
  const env = network === null ? null : environmentOf(config, network, observation);
  const world = env && { env, actual: actualOf(observation, env, () => false) };
  const patient: Patient = { networkName: config.networkName, observation, ports, world };
  return CHECKS.flatMap((check) => check(patient));
}

type Check = (patient: Patient) => readonly Diagnosis[];

const CHECKS: readonly Check[] = [
  network,
  configuration,
  degraded,
  dangling,
  portBlocks,
  twins,
  orphans,
  strangers,
  unreadable,
];

function network({ networkName, observation, world }: Patient): readonly Diagnosis[] {
  if (world !== null) return [];
  const unclear = ambiguity(observation, networkName);
  return [{
    check: "network",
    severity: "error",
    ...(unclear !== null ? { finding: unclear, ...SEVERAL } : {
      finding: absence(observation, networkName),
      cause: "the CNI has not made it yet, or it has another name",
      cure: "wait for the CNI, or give the right name by --network-name",
    }),
  }];
}

const SEVERAL = {
  cause: "the pattern fits more networks than the CNI's",
  cure: "give the whole name of the CNI's by --network-name",
} as const;

function configuration({ world }: Patient): readonly Diagnosis[] {
  const wrong = world === null ? null : misconfiguration(world.env);
  if (world === null || wrong === null) return [];
  const { env: { config, network } } = world;
  return [{
    check: "configuration",
    severity: "error",
    finding: wrong,
    ...(config.sourceVip !== "" ? NOT_TOLD : {
      cause:
        `there is no endpoint "${network.name}_ep" and none named "source-vip", and host-local's ` +
        "books have none reserved",
      cure: 'to-winkernel reserves one in the books when it starts, and so does "windlass ' +
        'source-vip"; without host-local, give --source-vip',
    }),
  }];
}

function degraded({ observation: { loadBalancers, endpoints } }: Patient): readonly Diagnosis[] {
  const ill = [...loadBalancers, ...endpoints].filter((each) => each.degraded);
  return ill.map(({ id }) => ({
    check: "degraded",
    severity: "error",
    finding: `HNS says that ${id} is degraded (0x803b0017)`,
    cause: "an endpoint that it refers to is gone, or the virtual switch was bound anew",
    cure: "windlass deletes its own and makes them anew; if it stays, Restart-Service hns",
  }));
}

function dangling({ observation: { loadBalancers, endpoints } }: Patient): readonly Diagnosis[] {
  const known = new Set(endpoints.map(({ id }) => id.toLowerCase()));
  return loadBalancers.flatMap((each) => {
    const gone = each.endpoints.filter((id) => !known.has(id));
    return gone.length === 0 ? [] : [{
      check: "dangling",
      severity: "error",
      finding: `Load balancer ${each.id} (${keysOf(each).join(", ")}) refers to ${gone.length} ` +
        "endpoints that are gone",
      cause: "they were deleted before it; its own deletion may fail with 0x803b0002 for ever",
      cure: "windlass puts its own right; if it stays, Restart-Service hns",
    }];
  });
}

const NOT_TOLD = {
  cause: "neither the command line nor the platform tells it",
  cure: "give what is missing",
} as const;

/** Load balancers without DSR take a block of ephemeral ports each, whoever made them. */
function portBlocks({ observation: { loadBalancers }, ports }: Patient): readonly Diagnosis[] {
  const taken = loadBalancers.filter(({ flags }) => (flags & LOAD_BALANCER_FLAGS.dsr) === 0).length;
  const space = ports ?? DEFAULT_PORTS;
  const { first, last } = space.dynamic;
  const left = blocksLeft(space, taken);
  return [{
    check: "port-blocks",
    severity: left === 0 ? "error" : left <= 10 ? "warning" : "info",
    finding:
      `${taken} of ${blocksOf(space.dynamic)} blocks of ${PORT_BLOCK} ephemeral ports are taken, ` +
      `and there is room for ${left} more load balancers without DSR`,
    cause:
      "each load balancer without DSR takes one; without any left HNS answers 0x803b0013, the " +
      "specified port already exists. They come from the dynamic range " +
      (ports === null
        ? "that Windows has unless it was changed"
        : `of this node, ${first}-${last}, without what is excluded`),
    cure: `turn DSR on (--enable-dsr), or widen the range: ${WIDEN_PORTS}`,
  }];
}

function twins({ world }: Patient): readonly Diagnosis[] {
  const found: Diagnosis[] = [];
  for (const [ip, list] of world?.actual.endpoints.entries() ?? []) {
    if (list.length < 2) continue;
    found.push({
      check: "twins",
      severity: "warning",
      finding: `${list.length} endpoints have the address ${ip}`,
      cause: "a pod came to this node whose address was a remote endpoint's; traffic may go astray",
      cure: "windlass uses the local one and deletes the remote one if a service proxy made it",
    });
  }
  return found;
}

function orphans({ world }: Patient): readonly Diagnosis[] {
  const balancers = allOf(world?.actual.loadBalancers.values()).filter((each) => each.ours);
  const used = new Set(
    allOf(world?.actual.loadBalancers.values()).flatMap((each) => each.endpoints),
  );
  const endpoints = allOf(world?.actual.endpoints.values()).filter((each: ActualEndpoint) =>
    each.ours && each.remote && !used.has(each.id.toLowerCase()) &&
    each.mac !== world?.env.hostMac
  );
  const stale = balancers.filter((each: ActualLoadBalancer) => each.ownerRule.startsWith("proxy-"));
  return [
    ...endpoints.map(({ id, ips }): Diagnosis => ({
      check: "orphans",
      severity: "warning",
      finding: `No load balancer refers to the remote endpoint ${id} (${ips.join(", ")})`,
      cause: "an older proxy left it behind",
      cure: "the next sync deletes it; so does windlass hns cleanup",
    })),
    ...stale.map((each): Diagnosis => ({
      check: "orphans",
      severity: "warning",
      finding:
        `Load balancer ${each.id} (${keysOf(each).join(", ")}) is a service proxy's, and not ` +
        "windlass' own",
      cause: "an older proxy left it behind",
      cure: "the next sync adopts it or deletes it",
    })),
  ];
}

function strangers({ world }: Patient): readonly Diagnosis[] {
  const foreign = new Set(
    allOf(world?.actual.loadBalancers.values()).filter((each) => !each.ours),
  );
  return [...foreign].map((each) => ({
    check: "strangers",
    severity: "info",
    finding: `Load balancer ${each.id} (${keysOf(each).join(", ")}) is another program's ` +
      `(${each.ownerRule})`,
    cause: "nothing about it says that a service proxy made it",
    cure: "none is needed, unless a service wants the same frontend; it is never touched",
  }));
}

function unreadable({ observation }: Patient): readonly Diagnosis[] {
  return observation.unreadable === 0 ? [] : [{
    check: "unreadable",
    severity: "warning",
    finding: `${observation.unreadable} objects of HNS cannot be read`,
    cause: "they have no id",
    cure: "they are left alone; Restart-Service hns may drop them",
  }];
}

function allOf<T>(lists: Iterable<readonly T[]> | undefined): readonly T[] {
  return [...lists ?? []].flat();
}
