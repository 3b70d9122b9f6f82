/**
 * Network namespaces that a test makes and takes away again: hosts, wires between them, programs that
 * run on them. Needs to run `ip`, and the rights of root.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Calls `ip`; rejects with what it says if it fails. */
export async function ip(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args: [...args] }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Why no namespaces can be made here; `null` if they can. */
export async function whyNoNamespaces(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "needs Linux";
  const name = `windlass-try-${Deno.pid}`;
  try {
    await ip("netns", "add", name);
    await ip("netns", "delete", name);
    return null;
  } catch (error) {
    return `cannot make a network namespace: ${error instanceof Error ? error.message : error}`;
  }
}

/** A host: a network namespace. Dispose it, or it stays. */
export interface Host extends AsyncDisposable {
  /** The namespace's name. */
  readonly name: string;
  /** Calls `ip` there. */
  ip(...args: readonly string[]): Promise<void>;
  /** Gives an interface an address, `ip/prefix`, which can be used at once. */
  address(device: string, cidr: string): Promise<void>;
  /** Runs a shell command there to its end. */
  sh(command: string): Promise<void>;
  /** The addresses that begin with a text, on an interface there. */
  addressesOn(device: string, prefix: string): Promise<readonly string[]>;
  /** Starts a program there. */
  start(command: readonly string[], options?: StartOptions): Program;
}

/** How a program is started. */
export interface StartOptions {
  /**
   * Which of its outputs is read.
   *
   * @default {"stderr"}
   */
  readonly read?: "stdout" | "stderr";
  /**
   * Whether it is written to.
   *
   * @default {false}
   */
  readonly write?: boolean;
}

/** A program on a host. Dispose it: that kills it. */
export interface Program extends AsyncDisposable {
  /** Waits for a line that matches; those before it are skipped. */
  line(pattern: RegExp): Promise<string>;
  /** Writes a line to it. */
  say(line: string): Promise<void>;
  /** Asks it to end, as `kill` does; resolves with its exit code. */
  end(): Promise<number>;
  /** Kills it, as `kill -9` does; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Makes a host; its name is its own, whoever else tests on this machine. */
export async function makeHost(title: string): Promise<Host> {
  const name = `${title}-${Deno.pid}`;
  await ip("netns", "add", name);
  const host: Host = {
    name,
    ip: (...args) => ip("-n", name, ...args),
    address: (device, cidr) => {
      // Whether anybody else has it takes IPv6 a second to find out, and here nobody has.
      const once = cidr.includes(":") ? ["nodad"] : [];
      return ip("-n", name, "address", "add", cidr, "dev", device, ...once);
    },
    sh: (command) => ip("netns", "exec", name, "sh", "-c", command),
    async addressesOn(device, prefix) {
      const args = ["-n", name, "-oneline", "address", "show", "dev", device];
      const { stdout } = await new Deno.Command("ip", { args }).output();
      const found = new TextDecoder().decode(stdout).matchAll(/ inet6? (\S+)\/\d+ /g);
      return found.map(([, ip = ""]) => ip).filter((ip) => ip.startsWith(prefix)).toArray();
    },
    start: (command, options) => startProgram(["netns", "exec", name, ...command], options),
    [Symbol.asyncDispose]: () => ip("netns", "delete", name),
  };
  await host.ip("link", "set", "lo", "up");
  return host;
}

/** An end of a wire. */
export interface WireEnd {
  /** The host. */
  readonly host: Host;
  /** The interface's name there. */
  readonly link: string;
  /** Its addresses, `ip/prefix`; left out for none. */
  readonly addresses?: readonly string[];
  /** The bridge that it is plugged into; left out for none. */
  readonly bridge?: string;
}

/** Lays a wire between two hosts. */
export async function wire(...[a, b]: readonly [WireEnd, WireEnd]): Promise<void> {
  await ip(
    ...["link", "add", a.link, "netns", a.host.name, "type", "veth"],
    ...["peer", b.link, "netns", b.host.name],
  );
  for (const { host, link, addresses = [], bridge } of [a, b]) {
    for (const cidr of addresses) await host.address(link, cidr);
    if (bridge !== undefined) await host.ip("link", "set", link, "master", bridge);
    await host.ip("link", "set", link, "up");
  }
}

/** The command that runs Windlass. */
export function windlass(...args: readonly string[]): readonly string[] {
  return [Deno.execPath(), "run", "--no-prompt", "--quiet", "-P=windlass", "mod.ts", ...args];
}

function startProgram(
  args: readonly string[],
  { read = "stderr", write = false }: StartOptions = {},
): Program {
  const child = new Deno.Command("ip", {
    args: [...args],
    cwd: ROOT,
    stdin: write ? "piped" : "null",
    stdout: read === "stdout" ? "piped" : "null",
    stderr: read === "stderr" ? "piped" : "inherit",
  }).spawn();
  const lines = linesOf(child[read]);
  const writer = write ? child.stdin.getWriter() : null;
  const kill = async (): Promise<void> => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await child.status;
  };
  return {
    async line(pattern) {
      const seen: string[] = [];
      for (;;) {
        const { value } = await lines.next();
        const what = `${args.slice(2).join(" ")} has ended without a line like ${pattern}`;
        assert.ok(value !== undefined, `${what}, after:\n${seen.slice(-20).join("\n")}`);
        if (pattern.test(value)) return value;
        seen.push(value);
      }
    },
    async say(line) {
      await writer?.write(new TextEncoder().encode(`${line}\n`));
    },
    async end() {
      child.kill("SIGTERM");
      for (let open = true; open;) open = !(await lines.next()).done; // else it would wait for its reader
      return (await child.status).code;
    },
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await writer?.abort().catch(ignoreClosed);
      await lines.return(undefined);
    },
  };
}

/** The other side of the pipe is gone with its program; that is how it should be. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe || error instanceof TypeError)) throw error;
}

async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
