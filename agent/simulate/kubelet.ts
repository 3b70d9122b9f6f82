/**
 * Starts pods, as a node's kubelet does.
 *
 * @module
 */
import type { AddressBlock } from "./address_block.ts";
import type { Ledger } from "./ledger.ts";
import type { Pod, SimNode, Told } from "./model.ts";
import { generatedName } from "./names.ts";
import { type PodServer, type PodServerOptions, startPodServer } from "./pod.ts";
import type { Random } from "./random.ts";

/** What a pod is started with. */
export interface PodOptions {
  /** The name of its service. */
  readonly service: string;
  /** Its node. */
  readonly node: SimNode;
  /** The port that the pods of the service listen on, 0 for any. */
  readonly port: number;
  /** What the API server is to say of it. */
  readonly told: Told;
  /** Where its address comes from. */
  readonly block: Pick<AddressBlock, "podAddress">;
  /** Where it enters its connections. */
  readonly ledger: Ledger;
  /** The chance behind its name. */
  readonly random: Random;
  /** Takes what should never happen. */
  readonly onError: (error: unknown) => void;
}

/** Starts a pod. */
export function startPod(options: PodOptions): Pod {
  const { service, node, told, ledger, onError } = options;
  const ip = options.block.podAddress();
  const server = startServer({ ip, port: options.port, ledger, onError });
  return {
    name: generatedName(service, options.random),
    service,
    node,
    ip,
    endpoint: server.endpoint,
    server,
    alive: true,
    told,
  };
}

function startServer(options: PodServerOptions): PodServer {
  try {
    return startPodServer(options);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    // Somebody listens on every address of the machine. A named port may differ from pod to pod.
    return startPodServer({ ...options, port: 0 });
  }
}
