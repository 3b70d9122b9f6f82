/**
 * One life of the PowerShell host: it is started, gets its script, answers calls, and ends. A host
 * that does not answer in time is ended: nobody knows what it does.
 *
 * @module
 */
import { type Logger, unreachable } from "../../../core/mod.ts";
import { errorRecord } from "../hcn/answers.ts";
import { type HcnAnswer, type HcnCall, LOCAL_HRESULTS } from "../hcn/calls.ts";
import { within } from "../hcn/patient.ts";
import { SCRIPT_LINE } from "./command.ts";
import { type HostProcess, linesOf } from "./host_process.ts";
import { readHostLine, requestLine } from "./protocol.ts";

/** How much of a line that nobody can read is logged. */
const SHOWN = 200;

/** How many of the host's last words are kept. */
const LAST_WORDS = 8;

/** How long the host may take. */
export interface HostLimits {
  /** For a start, in milliseconds: it starts a compiler, which takes its time on a small node. */
  readonly startMs: number;
  /** For a call, in milliseconds. */
  readonly callMs: number;
  /** To end by itself when it is told to, in milliseconds. */
  readonly endMs: number;
}

/** A host that was started. */
export class Host {
  /** Resolves with the reason when the host has ended. */
  readonly ended: Promise<string>;
  readonly #process: HostProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #limits: HostLimits;
  readonly #log: Logger;
  readonly #ready = Promise.withResolvers<void>();
  readonly #waiting = new Map<number, (answer: HcnAnswer) => void>();
  readonly #lastWords: string[] = [];
  #calls = 0;
  #why = "";
  /** How it ended; `null` while it lives. */
  #end: string | null = null;

  /** Takes a process over, and sends it the script. */
  constructor(process: HostProcess, limits: HostLimits, log: Logger) {
    this.#process = process;
    this.#writer = process.stdin.getWriter();
    this.#limits = limits;
    this.#log = log;
    this.ended = this.#live();
    this.#write(SCRIPT_LINE);
  }

  /** Resolves with `null` when the host is ready, or with the reason why it never will be. */
  async ready(): Promise<string | null> {
    const { startMs } = this.#limits;
    const isReady = this.#ready.promise.then(() => null);
    const outcome = await within(startMs, Promise.race([isReady, this.ended]));
    if (outcome !== "late") return outcome;
    this.#kill(`it was not ready within ${startMs} ms`);
    return await this.ended;
  }

  /** Asks for a call. An end of the host is an answer too. */
  async ask(call: HcnCall): Promise<HcnAnswer> {
    if (this.#end !== null) return failure(LOCAL_HRESULTS.hostEnded, this.#end);
    const n = ++this.#calls;
    // Not raced against `ended`: that would keep every answer for as long as the host lives.
    const { promise: answered, resolve } = Promise.withResolvers<HcnAnswer>();
    this.#waiting.set(n, resolve);
    this.#write(requestLine(n, call));
    const outcome = await within(this.#limits.callMs, answered);
    this.#waiting.delete(n);
    if (outcome !== "late") return outcome;
    const why = `PowerShell did not answer within ${this.#limits.callMs} ms`;
    this.#kill("it did not answer in time");
    return failure(LOCAL_HRESULTS.timedOut, why);
  }

  /** Has the host end: by the end of its input, or else by force. */
  async close(): Promise<void> {
    if (this.#why === "") this.#why = "it was told to";
    this.#writer.close().catch(() => {}); // it has ended already, which the next line sees
    if (await within(this.#limits.endMs, this.ended) === "late") this.#kill(this.#why);
    await this.ended;
  }

  async #live(): Promise<string> {
    const reading = Promise.allSettled([this.#listen(), this.#hearComplaints()]);
    const code = await this.#process.ended;
    await reading; // a stream that breaks ends like one that ends
    await this.#writer.abort().catch(() => {}); // where it is closed already there is nothing to give back
    const words = this.#lastWords.length === 0 ? "" : `: ${this.#lastWords.join(" | ")}`;
    const why = this.#why === "" ? "" : `, because ${this.#why}`;
    const end = this.#end = `PowerShell ended with exit code ${code}${why}${words}`;
    for (const answer of this.#waiting.values()) answer(failure(LOCAL_HRESULTS.hostEnded, end));
    return end;
  }

  async #listen(): Promise<void> {
    for await (const line of linesOf(this.#process.stdout)) {
      if (line !== "") this.#hear(line);
    }
  }

  #hear(line: string): void {
    const heard = readHostLine(line);
    switch (heard.kind) {
      case "ready":
        this.#log.v(1)?.info("PowerShell is ready to call HNS", { version: heard.version });
        this.#ready.resolve();
        break;
      case "refused":
        this.#why = heard.why;
        break;
      case "reply":
        this.#waiting.get(heard.n)?.(heard.answer);
        break;
      case "noise":
        this.#log.warn("PowerShell wrote what is no reply", { line: line.slice(0, SHOWN) });
        break;
      default:
        unreachable(heard);
    }
  }

  async #hearComplaints(): Promise<void> {
    for await (const line of linesOf(this.#process.stderr)) {
      if (line.trim() === "") continue;
      this.#log.v(1)?.info("PowerShell complains", { line: line.slice(0, SHOWN) });
      if (this.#lastWords.push(line.trim().slice(0, SHOWN)) > LAST_WORDS) this.#lastWords.shift();
    }
  }

  #write(line: string): void {
    // A host that reads no more is about to end, and its end answers whoever waits.
    this.#writer.write(new TextEncoder().encode(line)).catch(() => {});
  }

  #kill(why: string): void {
    if (this.#why === "") this.#why = why;
    this.#process.kill();
  }
}

/** An answer that tells of a failure on the way to HNS. */
export function failure(hresult: number, why: string): HcnAnswer {
  return { hresult: hresult | 0, output: "", error: errorRecord(hresult, why), step: "" };
}
