/**
 * `windlass source-vip`: prints the source VIP of this node, and reserves one in the CNI's books if
 * there is none. Run again, it finds the same.
 *
 * @module
 */
import { HnsError } from "../../backends/mod.ts";
import { EXIT } from "../exit_code.ts";
import {
  chooseNetwork,
  findSourceVip,
  inSubnet,
  IPAM_FOLDER,
  isOverlay,
  readBooks,
  readHns,
  release,
  type Reservation,
  reserve,
} from "../node_facts/mod.ts";
import { RunError } from "../run_error.ts";
import { type CommandContext, openLog } from "./command.ts";
import { openHnsTransport } from "./hns_transport.ts";
import { networkNameOf } from "./node.ts";
import { dataText } from "./print.ts";

type Hns = Awaited<ReturnType<typeof readHns>>;

/** Runs `windlass source-vip`. */
export async function run(context: CommandContext): Promise<number> {
  const { flags, io } = context;
  const hns = await askHns(context);
  const chosen = chooseNetwork(hns.networks, networkNameOf(context));
  if (!chosen.ok) throw new RunError(`Cannot find a source VIP: ${chosen.why}`);
  const { network } = chosen;
  const folder = flags.ipamFolder ?? IPAM_FOLDER;
  const { reservations } = await readBooks(folder, network.name);
  if (isOverlay(network)) {
    await dropStale(
      context,
      reservations.filter((each) => !inSubnet(each.ip, network)),
    );
  }
  const known = { given: flags.sourceVip, network, endpoints: hns.endpoints };
  let found = findSourceVip({ ...known, reservations });
  if (found.rule === "missing") {
    const made = await reserveIn(network.subnets, network.name, folder, hns);
    found = findSourceVip({ ...known, reservations: [made] });
  }
  if (found.problem !== null) throw new RunError(`Cannot use the source VIP: ${found.problem}`);
  const { ip, rule, why } = found;
  io.stdout.write(
    flags.outputTextJson === "json"
      ? dataText({ ip, rule, why, network: network.name, type: network.type }, "json")
      : `${ip ?? ""}\n`,
  );
  return EXIT.done;
}

async function askHns({ flags }: CommandContext): Promise<Hns> {
  const transport = await openHnsTransport(flags, { writes: false });
  try {
    return await readHns(transport, new AbortController().signal);
  } catch (error) {
    if (error instanceof HnsError) throw new RunError(error.message);
    throw error;
  } finally {
    await transport.close();
  }
}

/** A node that joined again has another pod CIDR, and what it had reserved is nobody's. */
async function dropStale(context: CommandContext, stale: readonly Reservation[]): Promise<void> {
  using log = openLog(context, "plain");
  for (const each of stale) {
    if (await release(each)) {
      log.info("Released a source VIP that is in no subnet", { ip: each.ip });
    }
  }
}

async function reserveIn(
  subnets: readonly string[],
  network: string,
  folder: string,
  { endpoints }: Hns,
): Promise<Reservation> {
  const subnet = subnets.find((each) => !each.includes(":"));
  if (subnet === undefined) {
    throw new RunError(
      `Cannot reserve a source VIP: network "${network}" has no subnet of IPv4; wait for the CNI`,
    );
  }
  const inUse = new Set(endpoints.flatMap(({ ips }) => ips));
  try {
    const made = await reserve({ folder, network, subnet, inUse });
    if (made !== null) return made;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RunError(`Cannot reserve a source VIP in "${folder}": ${why}`, { cause });
  }
  throw new RunError(`Cannot reserve a source VIP: no address of ${subnet} is free`);
}
