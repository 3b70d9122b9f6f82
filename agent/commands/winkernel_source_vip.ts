/**
 * The source VIP of the HNS backend, found in the process itself: kube-proxy leaves that to a script
 * of each distribution.
 *
 * @module
 */
import type {
  FindSourceVip,
  FoundSourceVip,
  HnsConfig,
  HnsObservation,
  HnsTransport,
} from "../../backends/mod.ts";
import { type Logger, SILENT } from "../../core/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { IPAM_FOLDER, locateSourceVip, readHns, type SourceVip } from "../node_facts/mod.ts";
import { RunError } from "../run_error.ts";
import { isEmulated } from "./hns_transport.ts";
import { givenSourceVip } from "./winkernel_options.ts";

type Flags = Pick<FlagValues, "sourceVip" | "ipamFolder" | "hns">;

/** What is needed to find the source VIP. */
export interface FinderOptions {
  /** The command line. */
  readonly flags: Flags;
  /** How HNS is reached. */
  readonly transport: HnsTransport;
  /** Whether one may be reserved where there is none. */
  readonly reserves: boolean;
  /** Where to write which one it is, and why. */
  readonly log: Logger;
}

/** Finds the source VIP of a network, and says where it comes from. */
export function sourceVipFinder(options: FinderOptions): FindSourceVip {
  const { flags, transport, reserves, log } = options;
  return async (networkId, signal) => {
    const { networks, endpoints } = await readHns(transport, signal);
    const network = networks.find(({ id }) => id.toLowerCase() === networkId.toLowerCase());
    if (network === undefined) {
      return { ok: false, error: `Cannot find a source VIP: network ${networkId} has gone` };
    }
    try {
      const found = await locateSourceVip({
        given: givenSourceVip(flags),
        network,
        endpoints,
        folder: booksOf(flags),
        reserves,
        onRelease: (ip) => log.info("Released a source VIP that is in no subnet", { ip }),
      });
      return judged(found, network.name, options);
    } catch (error) {
      if (error instanceof RunError) return { ok: false, error: error.message };
      throw error;
    }
  };
}

/** What is given is obeyed, and only warned of: whoever gave it may know better. */
function judged(found: SourceVip, network: string, { flags, log }: FinderOptions): FoundSourceVip {
  const { ip, rule, why, problem } = found;
  if (ip === null) return { ok: false, error: noSourceVip(found, network, flags) };
  if (problem !== null) {
    if (rule !== "given") return { ok: false, error: `Cannot use the source VIP: ${problem}` };
    log.warn(`The source VIP may be wrong: ${problem}`, { network });
  }
  log.info("Found the source VIP", { ip, rule, why, network });
  return { ok: true, ip };
}

/** Why there is no source VIP, and what helps. */
export function noSourceVip({ rule }: SourceVip, network: string, flags: Flags): string {
  const what = `Cannot find a source VIP for overlay network "${network}"`;
  if (rule === "calico-pending") {
    return `${what}: Calico has not made endpoint "${network}_ep" yet; this waits for it, or takes ` +
      "what --source-vip gives";
  }
  const cure = booksOf(flags) === null
    ? "an emulated node has no books to reserve one in: give --source-vip, or --ipam-dir"
    : 'to-winkernel reserves one when it starts, and so does "windlass source-vip"';
  return `${what}: it has neither an endpoint "${network}_ep" nor one named "source-vip", and none is reserved; ${cure}`;
}

/** The folder of host-local's books: this machine's are not those of an emulated node. */
export function booksOf({ ipamFolder, hns }: Flags): string | null {
  return ipamFolder ?? (isEmulated({ hns }) ? null : IPAM_FOLDER);
}

/**
 * The configuration with the source VIP that a run would find, if there is one already. Reserves
 * nothing.
 */
export async function withSourceVip(
  config: HnsConfig,
  { network }: HnsObservation,
  transport: HnsTransport,
  flags: Flags,
): Promise<HnsConfig> {
  if (network === null || !network.overlay || config.sourceVip !== "") return config;
  const find = sourceVipFinder({ flags, transport, reserves: false, log: SILENT });
  const found = await find(network.id, new AbortController().signal);
  return found.ok ? { ...config, sourceVip: found.ip } : config;
}
