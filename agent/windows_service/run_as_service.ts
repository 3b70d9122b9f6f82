/**
 * Runs the program as a Windows service: what it sees of the world is the same but for two things.
 * Signals are the controls of the service control manager, and nobody reads what it prints.
 *
 * @module
 */
import { EXIT } from "../exit_code.ts";
import type { Io, TextOutput } from "../io.ts";
import type { ServiceLife } from "./service_life.ts";
import { type ServiceHost, windowsHost } from "./service_host.ts";

/** How much of what it prints is kept, to tell why it has failed. */
const KEPT = 8_192;

/** The program: a command line, and the world to run it in. */
export type Program = (args: readonly string[], io: Io) => Promise<number>;

/**
 * Runs a command line as a Windows service. The answer is the exit code.
 *
 * @throws {RunError} If Windows has not started this process as a service.
 */
export async function runAsService(
  args: readonly string[],
  io: Io,
  program: Program,
  host: ServiceHost = windowsHost,
): Promise<number> {
  return await host(async ({ life, tellFailure }) => {
    const printed = new Tail();
    const gaveUp = life.deaf.then(() => EXIT.done);
    const exitCode = await Promise.race([
      program(args, serviceIo(io, life, printed)),
      gaveUp,
    ]);
    if (exitCode !== EXIT.done) tellFailure(`Ended with exit code ${exitCode}.\n\n${printed.text}`);
    return exitCode;
  });
}

function serviceIo(io: Io, life: ServiceLife, printed: Tail): Io {
  const output: TextOutput = {
    write: (text) => printed.write(text),
    isTerminal: false,
    size: () => null,
  };
  return {
    ...io,
    stdout: output,
    stderr: output,
    onStopSignal: (listener) => life.onStopSignal(listener),
  };
}

/** The end of what has been printed. */
class Tail {
  #text = "";

  /** What is kept. */
  get text(): string {
    return this.#text;
  }

  write(text: string): void {
    this.#text = (this.#text + text).slice(-KEPT);
  }
}

const FLAG = /^--windows[-_]service(=.*)?$/;

/** The arguments without `--windows-service`; those after `--` are somebody else's. */
export function withoutServiceFlag(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return args.filter((arg, at) => (end >= 0 && at > end) || !FLAG.test(arg));
}
