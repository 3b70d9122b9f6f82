/**
 * What the command line sees of the world: output, environment, clock, signals. Commands take it as
 * a parameter, so that a test can hold it. Needs `sys` (hostname) and `env` only where it is asked.
 *
 * @module
 */

/** Where text goes: standard output or standard error. */
export interface TextOutput {
  /**
   * Writes the text, all of it, before it returns.
   *
   * @throws {OutputClosed} If it is standard output and its reader has gone, as with `… | head`.
   */
  write(text: string): void;
  /**
   * The same output for who must not wait for its reader: each write takes some of the bytes, and
   * says how many. Absent where writing waits for nobody.
   */
  readonly stream?: { readonly write: (bytes: Uint8Array) => Promise<number> };
  /** Whether a person sees it on a terminal. */
  readonly isTerminal: boolean;
  /** The size of the terminal in characters, `null` where there is none. */
  size(): { readonly columns: number; readonly rows: number } | null;
}

/** The signals that ask the program to end. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGBREAK" | "SIGHUP";

/** The world as a command sees it. */
export interface Io {
  /** Results: what the user asked for, and nothing else. */
  readonly stdout: TextOutput;
  /** Everything else: logs, warnings, errors. */
  readonly stderr: TextOutput;
  /** An environment variable, `undefined` if it is not set or may not be read. */
  env(name: string): string | undefined;
  /** The host name, as the system gives it. */
  hostname(): string;
  /**
   * The addresses of this machine's interfaces.
   *
   * @throws {Deno.errors.NotCapable} Without the permission to list them.
   */
  addresses(): readonly string[];
  /** The time of day, in milliseconds since 1970. */
  now(): number;
  /** Calls the listener for each signal that asks the program to end, until the answer is called. */
  onStopSignal(listener: (signal: StopSignal) => void): () => void;
}

/** Standard output or standard error has no reader any more. */
export class OutputClosed extends Error {
  /** The class's name. */
  override readonly name = "OutputClosed";
}

/** The real world. */
export function denoIo(): Io {
  return {
    stdout: denoOutput(Deno.stdout, (cause) => {
      throw new OutputClosed("Cannot write: the reader of the output has gone", { cause });
    }),
    stderr: {
      ...denoOutput(Deno.stderr, () => {}), // a proxy goes on without a reader of its log
      stream: { write: (bytes) => Deno.stderr.write(bytes) },
    },
    env: readEnv,
    hostname: () => Deno.hostname(),
    addresses: () => Deno.networkInterfaces().map(({ address }) => address),
    now: () => Date.now(),
    onStopSignal,
  };
}

interface DenoStream {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

function denoOutput(stream: DenoStream, whenClosed: (cause: Error) => void): TextOutput {
  const encoder = new TextEncoder();
  return {
    isTerminal: stream.isTerminal(),
    size() {
      if (!stream.isTerminal()) return null;
      try {
        return Deno.consoleSize();
      } catch {
        return null; // a terminal that does not tell its size; the caller has a default
      }
    },
    write(text) {
      let rest = encoder.encode(text);
      try {
        while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
      } catch (cause) {
        if (!(cause instanceof Deno.errors.BrokenPipe)) throw cause;
        whenClosed(cause);
      }
    },
  };
}

function readEnv(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/**
 * On Windows SIGHUP is the closing console and SIGTERM the end of the session. Elsewhere SIGHUP is
 * left alone, so that `nohup` keeps its meaning.
 */
const STOP_SIGNALS: readonly StopSignal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"]
  : ["SIGINT", "SIGTERM"];

function onStopSignal(listener: (signal: StopSignal) => void): () => void {
  const listeners = STOP_SIGNALS.map((name) => ({ name, call: () => listener(name) }));
  for (const { name, call } of listeners) Deno.addSignalListener(name, call);
  return () => {
    for (const { name, call } of listeners) Deno.removeSignalListener(name, call);
  };
}
