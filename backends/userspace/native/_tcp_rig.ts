/**
 * What the TCP tests of the native data path share: endpoints, and raw sockets that meet each other.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Rig } from "./_rig.ts";
import { ERRNO } from "./errno.ts";
import { allocate } from "./memory.ts";

/** Where the tests take place. */
export const HOST = "127.0.0.1";

/** A Deno listener, and where it listens. */
export function endpoint(): { readonly listener: Deno.TcpListener; readonly text: string } {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  return { listener, text: `${HOST}:${listener.addr.port}` };
}

/** Accepts by a raw socket. */
export function accepted(rig: Rig, listening: number): number {
  let sock = -1;
  rig.until("a connection came", () => (sock = rig.sys.accept(listening)) >= 0);
  return sock;
}

/** A raw endpoint that listens. */
export function rawEndpoint(
  rig: Rig,
  backlog = 8,
): { readonly sock: number; readonly text: string } {
  const { sock, port } = rig.bound("stream");
  assert.equal(rig.sys.listen(sock, backlog), 0);
  return { sock, text: `${HOST}:${port}` };
}

/** What a raw socket meets when it reads, once it meets anything. */
export function met(rig: Rig, sock: number): number {
  const { bytes } = allocate(64);
  let result = 0;
  rig.until("something was met", () => {
    result = rig.sys.receive(sock, bytes, 64);
    return result !== -ERRNO.EAGAIN;
  });
  return result;
}

/** Wine shuts a socket down before it closes it, so there a reset arrives as an end. */
export const WINE = Deno.build.os === "windows";

/** Asserts that a raw socket is reset. */
export function assertReset(rig: Rig, sock: number): void {
  const result = met(rig, sock);
  assert.ok(result === -ERRNO.ECONNRESET || (WINE && result === 0), `met ${result}`);
}

/** A client and its endpoint, over a connection that is open. */
export function pair(
  rig: Rig,
  port: number,
  listening: number,
): { client: number; server: number } {
  const { bytes } = allocate(8);
  const client = rig.connected("stream", port);
  const server = accepted(rig, listening);
  assert.equal(rig.sys.send(server, bytes, 1), 1);
  assert.equal(met(rig, client), 1);
  return { client, server };
}
