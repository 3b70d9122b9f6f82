/**
 * The processes that a benchmark starts. Each is killed at the end, whatever the end is: on Ctrl-C and
 * SIGTERM too.
 *
 * @module
 */

/** How long a child may take until it serves. */
const PATIENCE_MS = 15_000;

/** How long between two looks whether it does. */
const LOOK_EVERY_MS = 20;

/** How much of what a child wrote is kept. */
const KEPT_TEXT = 2000;

/** A process that was started. */
export interface Child {
  /** Its number. */
  readonly pid: number;
  /** Waits until something accepts connections there, at most so many milliseconds (15 s). */
  serves(hostname: string, port: number, patienceMs?: number): Promise<void>;
  /** How much memory it has in use, in bytes; `NaN` where the system does not tell. */
  memory(): Promise<number>;
  /** Ends it. */
  kill(): Promise<void>;
}

/** Starts processes, and keeps a folder for their files. */
export class Children implements AsyncDisposable {
  /** The folder. */
  readonly folder: string = Deno.makeTempDirSync({ prefix: "windlass-bench-" });
  readonly #living = new Set<Child>();
  readonly #onSignal = () => {
    this[Symbol.asyncDispose]().finally(() => Deno.exit(130));
  };

  /** Minds the signals from now on. */
  constructor() {
    for (const signal of signals()) Deno.addSignalListener(signal, this.#onSignal);
  }

  /** Writes a file into the folder; answers with its path. */
  write(name: string, text: string): string {
    const path = `${this.folder}/${name}`;
    Deno.writeTextFileSync(path, text);
    return path;
  }

  /**
   * Starts a process.
   *
   * @throws {Error} If it is not installed, or may not be run.
   */
  start(command: string, args: readonly string[]): Child {
    const process = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const text = tailOf(process.stderr);
    let over = false;
    const ended = process.status.then((status) => {
      over = true;
      return status;
    });
    const child: Child = {
      pid: process.pid,
      serves: async (hostname, port, patienceMs = PATIENCE_MS) => {
        const giveUpAt = performance.now() + patienceMs;
        while (!await accepts(hostname, port)) {
          if (over) throw new Error(`${command} has ended: ${await text}`);
          if (performance.now() > giveUpAt) {
            throw new Error(`${command} does not serve ${hostname}:${port}`);
          }
          await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        }
      },
      memory: () => residentBytes(process.pid),
      kill: async () => {
        if (!over) process.kill("SIGKILL");
        await ended;
        await text;
        this.#living.delete(child);
      },
    };
    this.#living.add(child);
    return child;
  }

  /** Ends all, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of signals()) Deno.removeSignalListener(signal, this.#onSignal);
    await Promise.all([...this.#living].map((child) => child.kill()));
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** What a program says when it is run, both ways out; `null` if it is not there, or may not be run. */
export async function said(command: string, args: readonly string[]): Promise<string | null> {
  try {
    const process = new Deno.Command(command, { args: [...args], stdin: "null" });
    const { stdout, stderr } = await process.output();
    const decoder = new TextDecoder();
    return decoder.decode(stdout) + decoder.decode(stderr);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return null;
    }
    throw error;
  }
}

function signals(): readonly Deno.Signal[] {
  return Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
}

async function accepts(hostname: string, port: number): Promise<boolean> {
  try {
    using _connection = await Deno.connect({ hostname, port });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

async function tailOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let tail = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    tail = (tail + text).slice(-KEPT_TEXT);
  }
  return tail.trim();
}

/** By `ps`: Deno guards the files of `/proc` by all permissions together. */
async function residentBytes(pid: number): Promise<number> {
  const kib = (await said("ps", ["-o", "rss=", "-p", String(pid)]))?.trim() ?? "";
  return /^\d+$/.test(kib) ? Number(kib) * 1024 : NaN;
}
