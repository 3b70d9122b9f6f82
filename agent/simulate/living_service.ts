/**
 * A service of the simulated cluster, as its controllers see it.
 *
 * @module
 */
import type { AddressBlock } from "./address_block.ts";
import type { Pod, SimFrontend, SimNode, SimService } from "./model.ts";
import { serviceName } from "./names.ts";

/** A service whose pods come and go. */
export type LivingService = SimService & { readonly pods: Pod[]; lastDeathAt: number };

/** The service with that index, on its ClusterIP, and on a node port as long as there are any. */
export function newService(index: number, node: SimNode, block: AddressBlock): LivingService {
  const nodePort = block.nodePort(node.ip);
  const onNode: readonly SimFrontend[] = nodePort === null
    ? []
    : [{ kind: "NodePort", ip: node.ip, port: nodePort }];
  return {
    name: serviceName(index),
    frontends: [{ kind: "ClusterIP", ...block.serviceAddress(index) }, ...onNode],
    pods: [],
    lastDeathAt: -Infinity,
  };
}
