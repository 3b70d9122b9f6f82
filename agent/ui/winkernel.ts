/**
 * What the HNS backend's state tells of HNS: the network, its objects and whose they are. Pure.
 *
 * @module
 */
import type {
  ActualEndpoint,
  ActualLoadBalancer,
  CompositeState,
  HnsState,
} from "../../backends/mod.ts";
import type { PlatformObject, PlatformReader } from "./platform.ts";

/** A state in which the HNS backend is the main one. */
export type WinkernelState = CompositeState<HnsState, unknown>;

/** Reads the state of the HNS backend, with the userspace one beside it. */
export const winkernelReader: PlatformReader<WinkernelState> = {
  picture({ main: { world } }) {
    if (world === null) return null;
    const { network } = world.env;
    // A load balancer with two frontends stands under both.
    const balancers = new Set([...world.actual.loadBalancers.values()].flat());
    const endpoints = new Set([...world.actual.endpoints.values()].flat());
    return {
      name: `${network.type === "" ? "NAT" : network.type} network ${network.name}`,
      objects: [counted("load balancers", balancers), counted("endpoints", endpoints)],
    };
  },
  objects({ main: { world } }, frontends) {
    const balancers = world?.actual.loadBalancers;
    return frontends.flatMap((frontend) =>
      (balancers?.get(frontend) ?? []).map((each) => balancerObject(frontend, each))
    );
  },
};

function counted(
  kind: string,
  objects: ReadonlySet<ActualEndpoint | ActualLoadBalancer>,
): { readonly kind: string; readonly all: number; readonly ours: number } {
  let ours = 0;
  for (const each of objects) if (each.ours) ours++;
  return { kind, all: objects.size, ours };
}

function balancerObject(frontend: string, balancer: ActualLoadBalancer): PlatformObject {
  const { id, endpoints, ours, ownerRule, degraded } = balancer;
  const about = [
    endpoints.length === 1 ? "1 endpoint" : `${endpoints.length} endpoints`,
    ours ? `ours (${ownerRule})` : `not ours (${ownerRule})`,
    degraded ? "degraded" : "",
  ];
  return {
    kind: "load balancer",
    id,
    frontend,
    about: about.filter((each) => each !== "").join(", "),
  };
}
