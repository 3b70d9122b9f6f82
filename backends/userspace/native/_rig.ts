/**
 * What the tests of the native data path share: an engine that is turned between the steps of the
 * test's own sockets, a clock that stands still, and raw sockets for what Deno's cannot do.
 *
 * Needs `--allow-ffi` and loopback.
 *
 * @module
 */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { NativeEngine } from "./engine.ts";
import { ERRNO } from "./errno.ts";
import type { Closed, Fault, NativeListener } from "./listener.ts";
import { openSys } from "./open_sys.ts";
import type { EngineOptions } from "./settings.ts";
import { sockAddrOf } from "./sockaddr.ts";
import type { SocketKind, Sys } from "./sys.ts";

/** Real time after which a test has failed, in milliseconds. */
const PATIENCE_MS = 20_000;

/** What a listener told, in order. */
export interface Told {
  /** The endpoints chosen. */
  readonly chosen: string[];
  /** `endpoint cause`. */
  readonly dialFailed: string[];
  /** The endpoint and how it ended. */
  readonly closed: { readonly endpoint: string; readonly closed: Closed }[];
}

/** An engine under test. */
export class Rig implements AsyncDisposable {
  /** The system. */
  readonly sys: Sys;
  /** The engine. */
  readonly engine: NativeEngine;
  /** The engine's clock, in milliseconds. It stands still. */
  now = 1000;
  /** What callbacks threw. */
  readonly faults: Fault[] = [];
  readonly #socks: number[] = [];
  #turning: Promise<void> | null = null;
  #stop = false;

  /** Makes an engine. */
  constructor(options: Omit<EngineOptions, "sys"> = {}) {
    this.sys = openSys();
    this.engine = NativeEngine.create({
      sys: this.sys,
      now: () => this.now,
      onFault: (fault) => this.faults.push(fault),
      ...options,
    });
  }

  /** Opens a listener on a free port of loopback, and notes what it tells. */
  open(
    choose: NativeListener["choose"],
    options: Partial<NativeListener> = {},
  ): { readonly port: number; readonly told: Told } {
    const told: Told = { chosen: [], dialFailed: [], closed: [] };
    const result = this.engine.open({
      key: "web",
      protocol: "TCP",
      ip: "127.0.0.1",
      port: 0,
      choose: (client, tried) => {
        const endpoint = choose(client, tried);
        if (endpoint !== null) told.chosen.push(endpoint);
        return endpoint;
      },
      onDialFailed: (endpoint, cause) => told.dialFailed.push(`${endpoint} ${cause}`),
      onClosed: (endpoint, closed) => told.closed.push({ endpoint, closed }),
      ...options,
    });
    assert.ok(result.ok, result.ok ? "" : result.message);
    return { port: result.port, told };
  }

  /** Turns the engine in the background until the rig is disposed of. */
  run(): void {
    const turn = async () => {
      while (!this.#stop) {
        this.engine.turn(0);
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    };
    this.#turning ??= turn();
  }

  /** Turns the engine until something holds. */
  until(what: string, holds: () => boolean): void {
    const limit = performance.now() + PATIENCE_MS;
    while (!holds()) {
      assert.ok(performance.now() < limit, `waited in vain until ${what}`);
      this.engine.turn(1);
    }
  }

  /** Waits, with the engine running, until something holds. */
  async eventually(what: string, holds: () => boolean): Promise<void> {
    const limit = performance.now() + PATIENCE_MS;
    while (!holds()) {
      assert.ok(performance.now() < limit, `waited in vain until ${what}`);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** A raw socket. */
  socket(kind: SocketKind): number {
    const sock = this.sys.socket("IPv4", kind);
    assert.ok(sock >= 0);
    this.#socks.push(sock);
    return sock;
  }

  /** A raw socket bound to a free port. */
  bound(kind: SocketKind, ip = "127.0.0.1"): { readonly sock: number; readonly port: number } {
    const sock = this.socket(kind);
    assert.equal(this.sys.bind(sock, sockAddrOf(ip, 0, this.sys.inet6)), 0);
    return { sock, port: this.sys.localPort(sock) };
  }

  /** A raw socket connected, or connecting, to a port. */
  connected(kind: SocketKind, port: number, ip = "127.0.0.1"): number {
    const sock = this.socket(kind);
    const result = this.sys.connect(sock, sockAddrOf(ip, port, this.sys.inet6));
    assert.ok(result === 0 || result === -ERRNO.EINPROGRESS || result === -ERRNO.EAGAIN);
    return sock;
  }

  /** Resets a raw socket. */
  abort(sock: number): void {
    this.#socks.splice(this.#socks.indexOf(sock), 1);
    this.sys.abort(sock);
  }

  /** Closes a raw socket. */
  close(sock: number): void {
    this.#socks.splice(this.#socks.indexOf(sock), 1);
    this.sys.close(sock);
  }

  /** Stops the engine and closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop = true;
    await this.#turning;
    for (const sock of this.#socks) this.sys.close(sock);
    this.engine[Symbol.dispose]();
    this.sys[Symbol.dispose]();
  }
}

/** A port of loopback that nobody listens on. */
export function deadPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Reads a connection to its end. */
export async function readAll(conn: Deno.Conn): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(64 * 1024);
  for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
    chunks.push(buffer.slice(0, n));
  }
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Writes all of it. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Bytes that repeat nowhere near. */
export function noise(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++) {
    state = Math.imul(state, 1664525) + 1013904223;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** The SHA-256 of some bytes. */
export async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return new Uint8Array(digest).toHex();
}
