/**
 * The process of the PowerShell host, as the rest needs it. Needs the permission to run
 * {@linkcode POWERSHELL}.
 *
 * @module
 */
import { HOST_ARGS, HOST_ENV, POWERSHELL } from "./command.ts";

/** A process with its three streams. */
export interface HostProcess {
  /** What it reads. */
  readonly stdin: WritableStream<Uint8Array>;
  /** What it writes. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** What it complains of. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Resolves with its exit code when it has ended. */
  readonly ended: Promise<number>;
  /** Ends it; does nothing if it has ended. */
  kill(): void;
}

/** Starts a process. Throws if it cannot be started. */
export type StartHost = () => HostProcess;

/**
 * Starts PowerShell.
 *
 * @param exe Where it is.
 */
export function startPowershell(exe = POWERSHELL): HostProcess {
  const child = new Deno.Command(exe, {
    args: [...HOST_ARGS],
    env: { ...HOST_ENV },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let running = true;
  const ended = child.status.then(({ code }) => {
    running = false;
    return code;
  });
  const { stdin, stdout, stderr } = child;
  return { stdin, stdout, stderr, ended, kill: () => running && child.kill() };
}

/** The lines of a stream, without their ends; what is no UTF-8 becomes replacement characters. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder(); // takes a byte order mark away, if there is one
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  if (rest !== "") yield rest;
}
