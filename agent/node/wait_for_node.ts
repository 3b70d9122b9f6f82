/**
 * Waits for the node's addresses at the start, as kube-proxy does: half a minute, then goes on without.
 *
 * @module
 */
import { type Logger, type Node, readObject } from "../../core/mod.ts";
import type { KubeConnection, KubeResponse } from "../../proto/mod.ts";
import { type Timers, waitAtMost } from "../timers.ts";
import { nodeAddresses, type NodeIps, nodeIps } from "./node_ips.ts";

/** What the waiting needs. */
export interface WaitForNodeOptions {
  /** Gives the Node, `null` if there is none (yet). May throw; it is asked again. */
  readonly getNode: (signal: AbortSignal) => Promise<Node | null>;
  /** kube-proxy's `--bind-address`, `""` for none. */
  readonly bindAddress: string;
  /** The node's name, for the log. */
  readonly nodeName: string;
  /** Where to write what happens. */
  readonly log: Logger;
  /** The clock. */
  readonly timers: Timers;
  /**
   * The operating system.
   *
   * @default {Deno.build.os}
   */
  readonly os?: typeof Deno.build.os;
}

/** How long to wait in all, and between two tries. */
const WAIT_MS = 30_000;
const TRY_MS = 1000;

/** The node's addresses; loopback if the Node gives none in time, or the signal aborts. */
export async function waitForNodeIps(
  { getNode, bindAddress, nodeName, log, timers, os = Deno.build.os }: WaitForNodeOptions,
  signal: AbortSignal,
): Promise<NodeIps> {
  const giveUpAt = timers.now() + WAIT_MS;
  let last: unknown = "it does not exist";
  while (!signal.aborted) {
    const node = await getNode(signal).catch((error: unknown) => {
      last = error;
      return null;
    });
    if (node !== null && nodeAddresses(node).length > 0) {
      const found = nodeIps(node, bindAddress, os);
      log.info("Successfully retrieved node IP(s)", { ...found.ips, primary: found.primary });
      return found;
    }
    if (node !== null) last = "it has no InternalIP and no ExternalIP";
    if (timers.now() + TRY_MS > giveUpAt) break;
    await waitAtMost(TRY_MS, timers, signal);
  }
  const found = nodeIps(null, bindAddress, os);
  log.warn(
    `Cannot find the addresses of Node "${nodeName}" within ${WAIT_MS / 1000} s; going on with ` +
      "the bind address or loopback. The node's name must be that of its Node: --hostname-override",
    { err: last, ...found.ips },
  );
  return found;
}

/** How long the server may take for one Node: a silent one is not waited for, but asked again. */
const ANSWER_MS = 10_000;

/** Asks the API server for one Node; `null` if there is none. */
export async function getNode(
  connection: KubeConnection,
  name: string,
  signal: AbortSignal,
  answerMs: number = ANSWER_MS,
): Promise<Node | null> {
  const late = AbortSignal.timeout(answerMs);
  const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
  try {
    return await readNode(await connection.get(path, AbortSignal.any([signal, late])), name);
  } catch (cause) {
    if (signal.aborted || !late.aborted) throw cause;
    const message = `Cannot get Node "${name}": the server has not answered within ${answerMs} ms`;
    throw new Error(message, { cause });
  }
}

async function readNode(answer: KubeResponse, name: string): Promise<Node | null> {
  const text = await new Response(answer.body).text();
  if (answer.status === 404) return null;
  if (answer.status !== 200) {
    throw new Error(`Cannot get Node "${name}": the server answered ${answer.status}`);
  }
  const read = readObject(JSON.parse(text));
  return read.outcome === "object" && read.object.kind === "Node" ? read.object : null;
}
