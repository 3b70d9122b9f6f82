/**
 * The HNS backend as the command line asks for it, with the userspace backend beside it for the
 * services that are chosen.
 *
 * @module
 */
import {
  ambiguity,
  type Backend,
  compositeBackend,
  type CompositeOp,
  type CompositeState,
  explainOnHns,
  hnsBackend,
  HnsError,
  type HnsExplanation,
  hnsExplanationText,
  type HnsOp,
  type HnsState,
  observeHns,
  type Op,
  userspaceBackend,
  type UserspaceOp,
  userspaceSelector,
  type UserspaceState,
  type UserspaceStats,
  type Wait,
} from "../../backends/mod.ts";
import type { Change, Logger, ServicePortView } from "../../core/mod.ts";
import { RunError } from "../run_error.ts";
import { managesNoAddresses, openAddressManager } from "./address_manager.ts";
import type { CommandContext } from "./command.ts";
import { type HnsUse, openHnsTransport } from "./hns_transport.ts";
import { lateAddresses } from "./late_addresses.ts";
import { userspaceChoice } from "./userspace_choice.ts";
import { userspaceOptions } from "./userspace_options.ts";
import { winkernelConfig } from "./winkernel_options.ts";
import { sourceVipFinder, withSourceVip } from "./winkernel_source_vip.ts";

/** The HNS backend with the userspace one beside it. */
export interface WinkernelBackend
  extends Backend<CompositeOp<HnsOp, UserspaceOp>, CompositeState<HnsState, UserspaceState>> {
  /** How the connections of the services beside the kernel are doing. */
  stats(): Promise<UserspaceStats>;
}

/** Opens HNS and makes the backend. */
export async function openWinkernel(
  { flags, io }: Pick<CommandContext, "flags" | "io">,
  log: Logger,
  use: HnsUse,
): Promise<WinkernelBackend> {
  const config = winkernelConfig(flags, io);
  const { names } = userspaceChoice(flags);
  const transport = await openHnsTransport(flags, { ...use, creates: use.writes, log });
  const addresses = managesNoAddresses(flags)
    ? {}
    : { addresses: lateAddresses(() => openAddressManager(flags, io, log)) };
  const beside = userspaceBackend({ ...userspaceOptions(flags), ...addresses, log });
  const both = compositeBackend({
    main: hnsBackend({
      config,
      transport,
      findSourceVip: sourceVipFinder({ flags, transport, reserves: use.writes, log }),
      log,
    }),
    beside,
    isBeside: userspaceSelector(names),
  });
  return { ...both, stats: () => beside.stats() };
}

/**
 * Why the load balancers of service ports are as they are.
 *
 * @throws {RunError} If HNS cannot be asked.
 */
export async function explainWinkernel(
  { flags, io }: CommandContext,
  entries: readonly ServicePortView[],
): Promise<{ readonly hns: readonly HnsExplanation[] | null; readonly text: string }> {
  const config = winkernelConfig(flags, io);
  const transport = await openHnsTransport(flags, { writes: false });
  try {
    const { signal } = new AbortController();
    const observation = await observeHns(transport, config.networkName, signal);
    const unclear = ambiguity(observation, config.networkName);
    if (unclear !== null) throw new RunError(unclear);
    const whole = await withSourceVip(config, observation, transport, flags);
    const isBeside = userspaceSelector(userspaceChoice(flags).names);
    const hns = explainOnHns(entries, observation, whole, isBeside);
    return { hns, text: hnsExplanationText(hns) };
  } catch (error) {
    if (error instanceof HnsError) throw new RunError(error.message);
    throw error;
  } finally {
    await transport.close();
  }
}

/** What the HNS backend would do, from what HNS has now. */
export interface WinkernelPlan {
  /** The operations, in order, each as its own backend has it. */
  readonly ops: readonly Op[];
  /** What is waited for. */
  readonly waits: readonly Wait[];
}

/**
 * Plans, and does nothing.
 *
 * @throws {RunError} If HNS cannot be asked.
 */
export async function planWinkernel(
  context: CommandContext,
  changes: readonly Change[],
  log: Logger,
): Promise<WinkernelPlan> {
  const { signal } = new AbortController();
  const backend = await openWinkernel(context, log, { writes: false });
  try {
    const first = backend.plan(changes, backend.initial);
    const seen = await backend.observer?.observe(signal);
    if (seen === undefined) return { ops: first.ops, waits: [] };
    if (!seen.ok) throw new RunError(seen.error);
    const { ops, waits = [] } = seen.plan(first.state);
    return { ops: [...ops, ...first.ops].map(({ inner }) => inner), waits };
  } finally {
    await backend.close(signal);
  }
}
