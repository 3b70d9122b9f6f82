/**
 * What the UDP tests of the native data path share: an endpoint that echoes, and clients that speak.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Rig } from "./_rig.ts";
import type { NativeListener } from "./listener.ts";
import { allocate } from "./memory.ts";
import { type DatagramBatch, WITH } from "./sys.ts";

/** Where the tests take place. */
export const HOST = "127.0.0.1";

/** Windows tells neither local addresses nor what it dropped, and Wine not that nobody listens. */
export const WINDOWS = Deno.build.os === "windows";

/** A raw endpoint that answers every datagram with itself, when it is asked to. */
export class Echo {
  readonly sock: number;
  readonly text: string;
  /** How many datagrams came. */
  count = 0;
  readonly #batch: DatagramBatch;

  constructor(rig: Rig) {
    const { sock, port } = rig.bound("datagram");
    this.sock = sock;
    this.text = `${HOST}:${port}`;
    this.#batch = rig.sys.batch(64);
  }

  /** Takes what came; answers unless it is told not to. */
  serve(answer = true): number {
    const received = Math.max(0, this.#batch.receive(this.sock, 0, 64, WITH.peer));
    for (let i = 0; i < received; i++) this.#batch.address(i, i, this.#batch, i);
    if (answer && received > 0) this.#batch.send(this.sock, 0, received);
    this.count += received;
    return received;
  }
}

/** An engine with a UDP listener. */
export function udp(
  rig: Rig,
  choose: NativeListener["choose"],
  options: Partial<NativeListener> = {},
): ReturnType<Rig["open"]> {
  return rig.open(choose, { protocol: "UDP", ...options });
}

/** Sends a datagram that begins with a number. */
export function say(rig: Rig, sock: number, number: number, length = 4): void {
  const region = allocate(Math.max(8, length));
  region.words[0] = number;
  assert.equal(rig.sys.send(sock, region.bytes, length), length);
}

/** Reads a datagram: its number and its length; `null` if there is none. */
export function hear(rig: Rig, sock: number): readonly [number: number, length: number] | null {
  const region = allocate(64 * 1024);
  const length = rig.sys.receive(sock, region.bytes, region.bytes.length);
  return length < 0 ? null : [region.words[0] ?? 0, length];
}
