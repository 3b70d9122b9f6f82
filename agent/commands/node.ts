/**
 * `windlass node`: what this machine has of what a service proxy needs, and what is missing, with the
 * cure. It looks and changes nothing.
 *
 * @module
 */
import { INTERFACE_ENV } from "../../backends/mod.ts";
import { FLAGS } from "../cli/flags.ts";
import { EXIT } from "../exit_code.ts";
import { factsText, IPAM_FOLDER, judge, probeNode } from "../node_facts/mod.ts";
import { type CommandContext, nodeNameOf } from "./command.ts";
import { openHnsTransport } from "./hns_transport.ts";
import { dataText } from "./print.ts";
import { givenSourceVip } from "./winkernel_options.ts";

/** Runs `windlass node`: exit code 1 if something must be done before a backend can work here. */
export async function run(context: CommandContext): Promise<number> {
  const { flags, io } = context;
  const windows = Deno.build.os === "windows";
  const facts = await probeNode({
    name: nodeNameOf(context),
    networkName: networkNameOf(context),
    sourceVip: givenSourceVip(flags),
    ipamFolder: flags.ipamFolder ?? IPAM_FOLDER,
    wish: {
      named: flags.interface === FLAGS.interface.default ? null : flags.interface,
      fromEnvironment: io.env(INTERFACE_ENV) || null,
    },
    openHns: windows || flags.hns !== null
      ? () => openHnsTransport(flags, { writes: false })
      : null,
  });
  const findings = judge(facts);
  const format = flags.outputTextJsonYaml;
  io.stdout.write(
    format === "text" ? factsText(facts, findings) : dataText({ ...facts, findings }, format),
  );
  return findings.some(({ severity }) => severity === "error") ? EXIT.failed : EXIT.done;
}

/** The HNS network of the CNI: `--network-name`, else `$KUBE_NETWORK`; `null` for none named. */
export function networkNameOf({ flags, io }: Pick<CommandContext, "flags" | "io">): string | null {
  return (flags.networkName ?? io.env("KUBE_NETWORK")) || null;
}
