/**
 * A proxy in a process of its own, for days that are bad for the whole process: limits, memory, its
 * death. The test speaks to it in operations of the userspace backend.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { ApplyResult, ListenerSpec, ListenerStats, UserspaceOp } from "../../backends/mod.ts";
import type { DataPathCase } from "./data_paths.ts";
import { TextLineStream } from "../lines.ts";
import type { Answer, Health, ProxySetup, Question } from "./_messages.ts";

const MAIN = fileURLToPath(new URL("_proxy_main.ts", import.meta.url));

/** How a proxy is started. */
export interface ProxyOptions extends Partial<ProxySetup> {
  /** The data path. */
  readonly dataPath: DataPathCase;
  /** How many descriptors the process may have. */
  readonly descriptors?: number;
  /** What is put before the command, `unshare --net` say. */
  readonly wrapper?: readonly string[];
}

/** A proxy in a process of its own. */
export interface Proxy extends AsyncDisposable {
  /** Its process. */
  readonly pid: number;
  /** Carries an operation out. */
  apply(op: UserspaceOp): Promise<ApplyResult>;
  /** Opens a listener, or makes an open one this; answers how it is. */
  listen(spec: ListenerSpec): Promise<ListenerStats>;
  /** How it is. */
  health(): Promise<Health>;
  /** How its only listener is. */
  listener(): Promise<ListenerStats>;
  /** Kills it, as `kill -9` does. */
  kill(): Promise<void>;
}

/** Starts a proxy. */
export function startProxy(options: ProxyOptions): Proxy {
  const { dataPath, descriptors, wrapper = [], wallClockGoesBack = false } = options;
  const setup: ProxySetup = {
    options: { ...dataPath.options, ...options.options },
    wallClockGoesBack,
  };
  const [program = "", ...args] = [
    ...wrapper,
    ...(descriptors === undefined ? [] : ["sh", "-c", LIMITED, String(descriptors)]),
    Deno.execPath(),
    "run",
    "--no-check",
    "--no-prompt",
    "--quiet",
    wrapper.length === 0 ? "--allow-net=127.0.0.0/8" : "--allow-net",
    ...dataPath.permissions,
    MAIN,
    JSON.stringify(setup),
  ];
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
  const questions = child.stdin.getWriter();
  const answers = child.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream())
    .getReader();

  async function ask(question: Question): Promise<Answer> {
    await questions.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
    const { value } = await answers.read();
    if (value === undefined) throw new Error(`Cannot ${question.ask}: the proxy has ended`);
    return JSON.parse(value) as Answer; // our own program's words
  }

  async function apply(op: UserspaceOp): Promise<ApplyResult> {
    const answer = await ask({ ask: "apply", op });
    if (answer.to !== "apply") throw new TypeError(`The answer to apply is one to ${answer.to}`);
    return answer.result;
  }

  async function health(): Promise<Health> {
    const answer = await ask({ ask: "stats" });
    if (answer.to !== "stats") throw new TypeError(`The answer to stats is one to ${answer.to}`);
    return answer.health;
  }

  async function find(which: (listener: ListenerStats) => boolean): Promise<ListenerStats> {
    const { stats: { listeners } } = await health();
    const found = listeners.find(which);
    if (found === undefined) throw new Error("Cannot look at a listener: it is not open");
    return found;
  }

  return {
    pid: child.pid,
    apply,
    health,
    listener: () => find(() => true),
    async listen(listener) {
      const { key } = listener;
      const result = await apply({ op: "open", key, after: [], because: "test", listener });
      if (!result.ok) throw new Error(result.error);
      return await find((each) => each.key === key);
    },
    async kill() {
      child.kill("SIGKILL");
      await child.status;
    },
    async [Symbol.asyncDispose]() {
      await questions.close().catch(ignoreGone);
      await child.status;
      await answers.cancel();
    },
  };
}

/** The limit is `$0`, what follows is the command. */
const LIMITED = 'ulimit -n "$0" && exec "$@"';

/** A proxy that was killed has closed its standard input itself. */
function ignoreGone(error: unknown): void {
  const gone = error instanceof Deno.errors.BrokenPipe || error instanceof TypeError;
  if (!gone) throw error;
}
