/**
 * What only the Node itself knows, put into the flags before a backend is made: `primary` among the
 * addresses of node ports, and the kernel backend's address of the node. Asked as kube-proxy asks: at
 * the start, for half a minute at most.
 *
 * @module
 */
import { cidrContains, IP_FAMILIES, type Node, parseCidr, parseIp } from "../../core/mod.ts";
import { type KubeConnection, loadKubeConnection } from "../../proto/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";
import { Interrupted } from "../interrupted.ts";
import type { Log } from "../log/log.ts";
import { type NodeIps, nodeIps } from "../node/node_ips.ts";
import { getNode, waitForNodeIps } from "../node/wait_for_node.ts";
import { REAL_TIMERS, type Timers } from "../timers.ts";
import type { CommandContext } from "./command.ts";
import { openClusterSource } from "./sources.ts";

/** The word that stands for the node's own addresses. */
const PRIMARY = "primary";

/** What is needed beside the command line. */
export interface OwnNodeOptions {
  /** The node's name. */
  readonly nodeName: string;
  /** Where to write what happens. */
  readonly log: Log;
  /** The clock. */
  readonly timers?: Timers;
}

/**
 * The command line with what the Node says in it.
 *
 * @throws {UsageError} If it asks for what the source does not tell.
 */
export async function withOwnNode(
  context: CommandContext,
  options: OwnNodeOptions,
): Promise<CommandContext> {
  const { form, flags } = context;
  const primary = form.sink === "to-userspace" && flags.nodePortAddresses.includes(PRIMARY);
  if (primary && flags.nodePortAddresses.length > 1) {
    throw new UsageError(
      `Cannot read flag --nodeport-addresses: "${PRIMARY}" must stand alone`,
      form.name,
    );
  }
  const asked = primary || (form.sink === "to-winkernel" && flags.nodeIp === null);
  if (!asked || (form.source !== "kube" && !primary)) return context;
  const ips = await ask(context, options);
  return { ...context, flags: { ...flags, ...(primary ? nodePorts(ips) : ownIp(ips)) } };
}

/** As with kube-proxy, a node that is not known serves node ports on all of its addresses. */
function nodePorts({ ips }: NodeIps): Pick<FlagValues, "nodePortAddresses"> {
  const known = IP_FAMILIES.map((family) => ips[family]).filter((ip) => !isLoopback(ip));
  return { nodePortAddresses: known.map((ip) => `${ip}/${ip.includes(":") ? 128 : 32}`) };
}

/** Loopback is no address by which a node is reached: then it is for the network to tell. */
function ownIp({ ips, from }: NodeIps): Pick<FlagValues, "nodeIp"> {
  return { nodeIp: from === "node" ? ips.IPv4 : null };
}

async function ask(context: CommandContext, options: OwnNodeOptions): Promise<NodeIps> {
  const { form, flags } = context;
  const bindAddress = flags.nodeIp ?? "";
  switch (form.source) {
    case "kube":
      return await askCluster(context, bindAddress, options);
    case "file":
      return nodeIps(await nodeInFiles(context, options.nodeName), bindAddress, Deno.build.os);
    default:
      throw new UsageError(
        `Cannot use --nodeport-addresses=${PRIMARY} with source ${form.source}: it does not tell ` +
          "of the node; give CIDRs such as 192.168.0.0/16",
        form.name,
      );
  }
}

async function askCluster(
  context: CommandContext,
  bindAddress: string,
  options: OwnNodeOptions,
): Promise<NodeIps> {
  const { flags, io } = context;
  const stop = new AbortController();
  const unlisten = io.onStopSignal((name) => stop.abort(new Interrupted(name)));
  let connection: KubeConnection | null = null;
  try {
    connection = await loadKubeConnection({
      kubeconfig: flags.kubeconfig ?? undefined,
      context: flags.context ?? undefined,
      server: flags.server ?? undefined,
      env: (name) => io.env(name),
    });
    const ips = flags.once
      ? await askOnce(connection, bindAddress, options, stop.signal)
      : await wait(connection, bindAddress, options, stop.signal);
    stop.signal.throwIfAborted(); // nothing has begun that would have to end
    return ips;
  } finally {
    unlisten();
    connection?.close();
  }
}

function wait(
  connection: KubeConnection,
  bindAddress: string,
  { nodeName, log, timers = REAL_TIMERS }: OwnNodeOptions,
  signal: AbortSignal,
): Promise<NodeIps> {
  const get = (signal: AbortSignal) => getNode(connection, nodeName, signal);
  return waitForNodeIps({ getNode: get, bindAddress, nodeName, log, timers }, signal);
}

/** Who does something once does not wait for a Node that is not there. */
async function askOnce(
  connection: KubeConnection,
  bindAddress: string,
  { nodeName, log }: OwnNodeOptions,
  signal: AbortSignal,
): Promise<NodeIps> {
  try {
    const node = await getNode(connection, nodeName, signal);
    return nodeIps(node, bindAddress, Deno.build.os);
  } catch (error) {
    log.warn(`Cannot find the addresses of Node "${nodeName}"`, { err: error });
    return nodeIps(null, bindAddress, Deno.build.os);
  }
}

/** The files are read once more than they are needed; what is wrong with them is told the other time. */
async function nodeInFiles(context: CommandContext, nodeName: string): Promise<Node | null> {
  const nodes: Node[] = [];
  await openClusterSource(context, { once: true, nodeName }).run({
    events(batch) {
      for (const event of batch) {
        const objects = event.type === "list"
          ? event.objects
          : event.type === "upsert"
          ? [event.object]
          : [];
        for (const each of objects) {
          if (each.kind === "Node" && each.name === nodeName) nodes.push(each);
        }
      }
    },
    report() {},
  }, new AbortController().signal);
  return nodes.at(-1) ?? null;
}

const LOOPBACK = parseCidr("127.0.0.0/8");

function isLoopback(text: string): boolean {
  const ip = parseIp(text);
  return text === "::1" || (LOOPBACK !== null && ip !== null && cidrContains(LOOPBACK, ip));
}
