/**
 * `windlass source-vip`: prints the source VIP of this node, and reserves one in the CNI's books if
 * there is none. Run again, it finds the same.
 *
 * @module
 */
import { HnsError } from "../../backends/mod.ts";
import { EXIT } from "../exit_code.ts";
import { chooseNetwork, locateSourceVip, readHns, type SourceVip } from "../node_facts/mod.ts";
import { RunError } from "../run_error.ts";
import { type CommandContext, openLog } from "./command.ts";
import { openHnsTransport } from "./hns_transport.ts";
import { networkNameOf } from "./node.ts";
import { dataText } from "./print.ts";
import { givenSourceVip } from "./winkernel_options.ts";
import { booksOf, noSourceVip } from "./winkernel_source_vip.ts";

type Hns = Awaited<ReturnType<typeof readHns>>;

/** Runs `windlass source-vip`. */
export async function run(context: CommandContext): Promise<number> {
  const { flags, io } = context;
  const hns = await askHns(context);
  const chosen = chooseNetwork(hns.networks, networkNameOf(context));
  if (!chosen.ok) throw new RunError(`Cannot find a source VIP: ${chosen.why}`);
  const { network } = chosen;
  const found = await locate(context, network, hns);
  const { ip, rule, why, problem } = found;
  if (rule === "missing" || rule === "calico-pending") {
    throw new RunError(noSourceVip(found, network.name, flags));
  }
  if (problem !== null) throw new RunError(`Cannot use the source VIP: ${problem}`);
  const format = flags.outputTextJsonYaml;
  io.stdout.write(
    format === "text"
      ? `${ip ?? ""}\n`
      : dataText({ ip, rule, why, network: network.name, type: network.type }, format),
  );
  return EXIT.done;
}

async function locate(
  context: CommandContext,
  network: Hns["networks"][number],
  { endpoints }: Hns,
): Promise<SourceVip> {
  using log = openLog(context, "plain");
  const { flags } = context;
  return await locateSourceVip({
    given: givenSourceVip(flags),
    network,
    endpoints,
    folder: booksOf(flags),
    reserves: true,
    onRelease: (ip) => log.info("Released a source VIP that is in no subnet", { ip }),
  });
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
