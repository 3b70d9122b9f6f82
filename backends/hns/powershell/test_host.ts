/**
 * A PowerShell host for tests: reads the script, answers requests from an emulator, and misbehaves as
 * it is told to.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { HcnAnswer, HcnApi, HcnCall } from "../hcn/calls.ts";
import { SCRIPT_LINE } from "./command.ts";
import { type HostProcess, linesOf } from "./host_process.ts";

/** What the host does when a request comes. */
export interface Play {
  /** Writes a line. */
  readonly write: (line: string) => Promise<void>;
  /** Complains in a line. */
  readonly complain: (line: string) => Promise<void>;
  /** Ends, with an exit code. */
  readonly exit: (code: number) => void;
  /** Answers as it should. */
  readonly reply: () => Promise<void>;
  /** The request's number. */
  readonly n: number;
}

/** How a host behaves; whatever is left out it does as it should. */
export interface HostBehaviour {
  /** What it writes when it has read the script. */
  readonly greeting?: string;
  /** The exit code with which it ends when it has written that. */
  readonly exits?: number;
  /** What it does when a request comes. */
  readonly onRequest?: (play: Play) => Promise<void>;
  /** Whether it goes on when its input has ended. */
  readonly lingers?: boolean;
}

/** What a host says when it is ready. */
export const GREETING = '{"ready":1,"powershell":"5.1.17763.1"}';

/** A host in this process. */
export interface FakeHost extends HostProcess {
  /** Whether it was ended by force. */
  readonly killed: () => boolean;
}

/** Makes a host that answers from these functions. */
export function fakeHost(hcn: HcnApi, behaviour: HostBehaviour = {}): FakeHost {
  const [input, output, errors] = [0, 1, 2].map(() =>
    new TransformStream<Uint8Array, Uint8Array>()
  );
  assert(input !== undefined && output !== undefined && errors !== undefined);
  const [out, err] = [output.writable.getWriter(), errors.writable.getWriter()];
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  let killed = false;
  const exit = (code: number) => {
    // The streams may have been closed before.
    for (const writer of [out, err]) writer.close().catch(() => {});
    resolve(code);
  };
  const encoder = new TextEncoder();
  const write = (line: string) => out.write(encoder.encode(`${line}\n`));
  const complain = (line: string) => err.write(encoder.encode(`${line}\n`));
  const play = async () => {
    await playHost(hcn, linesOf(input.readable), write, behaviour, { complain, exit });
    if (!behaviour.lingers) exit(0);
  };
  play().catch(() => exit(1)); // it was ended while it wrote
  return {
    stdin: input.writable,
    stdout: output.readable,
    stderr: errors.readable,
    ended,
    kill: () => {
      killed = true;
      exit(-1);
    },
    killed: () => killed,
  };
}

/** Plays the host's part: what it reads line by line, and writes. */
export async function playHost(
  hcn: HcnApi,
  lines: AsyncIterable<string>,
  write: (line: string) => Promise<void>,
  { greeting = GREETING, exits, onRequest = ({ reply }) => reply() }: HostBehaviour = {},
  { complain, exit }: Pick<Play, "complain" | "exit"> = {
    complain: () => Promise.resolve(),
    exit: () => {},
  },
): Promise<void> {
  let script: string | null = null;
  for await (const line of lines) {
    if (script === null) {
      script = line;
      assert.equal(`${script}\n`, SCRIPT_LINE);
      if (greeting !== "") await write(greeting);
      if (exits !== undefined) exit(exits);
      continue;
    }
    assert.match(line, /^[\x20-\x7e]+$/);
    const { n, call }: { n: number; call: HcnCall } = JSON.parse(line);
    const reply = async () => await write(replyLine(n, await hcn.call(call)));
    await onRequest({ n, write, complain, exit, reply });
  }
}

/** A reply as the script writes it. */
export function replyLine(n: number, { hresult, step, output, error }: HcnAnswer): string {
  const json = JSON.stringify({ n, hresult: hresult | 0, step, output, error });
  return json.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
