/**
 * `windlass top`: what a running windlass believes and does, in a terminal.
 *
 * @module
 */
import { UsageError } from "../cli/usage_error.ts";
import { EXIT } from "../exit_code.ts";
import { bindAddressText, readBindAddress } from "../health/bind_address.ts";
import type { StopSignal } from "../io.ts";
import { REAL_TIMERS } from "../timers.ts";
import { top } from "../top/mod.ts";
import type { CommandContext } from "./command.ts";

/** The port of the metrics address, unless it is told. */
const METRICS_PORT = 10_249;

/** Runs `windlass top`, until it is asked to end. */
export async function run({ form, flags, io }: CommandContext): Promise<number> {
  const read = readBindAddress(flags.topAddress, METRICS_PORT);
  if (!read.ok || read.address === null) {
    const why = read.ok ? '"" is no address' : read.error;
    throw new UsageError(`Cannot read flag --address: ${why}`, form.name);
  }
  const abort = new AbortController();
  let asked: StopSignal | null = null;
  const unlisten = io.onStopSignal((signal) => {
    asked ??= signal;
    abort.abort();
  });
  try {
    const code = await top(
      {
        address: bindAddressText(read.address),
        order: ORDER_OF[flags.topSort],
        search: flags.topSearch.trim(),
        once: flags.topOnce,
        output: flags.outputTextJson,
      },
      io,
      { timers: REAL_TIMERS, signal: abort.signal },
    );
    return asked === "SIGINT" ? EXIT.interrupted : code;
  } finally {
    unlisten();
  }
}

/** What the words of `--sort` stand for. */
const ORDER_OF = {
  name: "service",
  state: "verdict",
  endpoints: "endpoints",
  open: "active",
  connections: "connectionRate",
  bytes: "byteRate",
} as const;
