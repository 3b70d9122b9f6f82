/**
 * The two processes of the cluster-side benchmark: the API server, which obeys orders, and the real
 * program, whose lines are read as they come. Needs `run` for `deno`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { asJson } from "../../proto/json.ts";
import { type Answer, clock, linesOf, type Order, type Usage } from "./orders.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** An API server with a cluster in it. */
export class ServerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  /** Where it is. */
  readonly url: string;

  private constructor(process: Deno.ChildProcess, answers: AsyncIterator<string>, url: string) {
    this.#process = process;
    this.#answers = answers;
    this.#orders = process.stdin.getWriter();
    this.url = url;
  }

  /** Starts one with so many Services of so many endpoints; resolves when all are there. */
  static async start(services: number, endpoints: number): Promise<ServerProcess> {
    const process = new Deno.Command("deno", {
      args: [
        "run",
        "--quiet",
        "--allow-net=127.0.0.1",
        path("server.ts"),
        String(services),
        String(endpoints),
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const answers = linesOf(process.stdout);
    const { url } = asJson(JSON.parse(await nextOf(answers)));
    if (typeof url !== "string") throw new TypeError("The API server did not say where it is");
    return new ServerProcess(process, answers, url);
  }

  /** Has it do something; resolves when it has. */
  async do(order: Order): Promise<Answer> {
    await this.#orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    return JSON.parse(await nextOf(this.#answers));
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orders.close(); // after its last order it ends
    await this.#process.stdout.cancel().catch(() => {}); // it is locked while lines are read
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }
}

/** `windlass kube to-print` at work. */
export class PrintProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #read: Promise<void>;
  readonly #startedAt = clock();
  #waiting = Promise.withResolvers<void>();
  /** How many lines it has printed. */
  lines = 0;
  /** Is told each line, and when it came. */
  onLine: (line: string, at: number) => void = () => {};

  /** Starts it against a server, as it is started by hand, with its permissions and defaults. */
  constructor(server: string) {
    const args = ["kube", "to-print", `--server=${server}`, "--node-name=node-0", "--output=json"];
    this.#process = new Deno.Command("deno", {
      args: ["run", "-P=windlass", path("../../mod.ts"), ...args],
      cwd: path("../.."),
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#read = this.#readLines();
  }

  /**
   * Resolves when it has printed so many lines, with the milliseconds since its start.
   *
   * @throws {Error} If it ends before.
   */
  async printed(lines: number): Promise<number> {
    const ended = this.#read.then(() => {
      if (this.lines < lines) throw new Error(`windlass has ended after ${this.lines} lines`);
    });
    while (this.lines < lines) await Promise.race([this.#waiting.promise, ended]);
    return clock() - this.#startedAt;
  }

  /** What it has used so far. */
  async usage(): Promise<Usage> {
    const { stdout } = await new Deno.Command("deno", {
      args: ["run", "--quiet", "--allow-all", path("usage.ts"), String(this.#process.pid)],
    }).output();
    return JSON.parse(new TextDecoder().decode(stdout));
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#read;
  }

  async #readLines(): Promise<void> {
    for await (const line of linesOf(this.#process.stdout)) {
      this.lines++;
      this.onLine(line, clock());
      this.#waiting.resolve();
      this.#waiting = Promise.withResolvers();
    }
  }
}

async function nextOf(lines: AsyncIterator<string>): Promise<string> {
  const { done, value } = await lines.next();
  if (done === true) throw new Error("The API server has ended");
  return value;
}
