// The frames that kill a node:http2 server of Deno 2.9 (see proto/kpng/guard.ts). When Deno is mended,
// the guard may go: this test then passes without it.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  grpcHeaders,
  HTTP2_BEGIN,
  http2Frame,
  joinedBytes,
  RoundClient,
  writeAll,
} from "./harness.ts";

const CHILD = fileURLToPath(new URL("./guard_child.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SESSIONS = 1600;
const STREAMS = [1, 3, 5];

/** Three calls that are reset, and a GOAWAY, all in one piece. */
async function deadlySession(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const headers = grpcHeaders("/localv1.Sets/Watch");
  await writeAll(
    connection,
    joinedBytes(
      HTTP2_BEGIN,
      ...STREAMS.flatMap((stream) => [
        http2Frame(1, 4, stream, headers),
        http2Frame(0, 0, stream, new Uint8Array(0)),
      ]),
    ),
  );
  await answers(connection, STREAMS.length);
  await writeAll(
    connection,
    joinedBytes(
      ...STREAMS.map((stream) => http2Frame(3, 0, stream, new Uint8Array([0, 0, 0, 8]))),
      http2Frame(7, 0, 0, new Uint8Array(8)),
    ),
  );
}

/** Waits until so many calls are answered: frames of type HEADERS. */
async function answers(connection: Deno.Conn, count: number): Promise<void> {
  let bytes = new Uint8Array(0);
  for (let seen = 0; seen < count;) {
    const buffer = new Uint8Array(4096);
    const n = await connection.read(buffer);
    assert.ok(n !== null, "the server has hung up");
    bytes = joinedBytes(bytes, buffer.subarray(0, n));
    while (bytes.length >= 9) {
      const view = new DataView(bytes.buffer);
      const length = 9 + (view.getUint8(0) << 16 | view.getUint16(1));
      if (bytes.length < length) break;
      if (view.getUint8(3) === 1) seen++;
      bytes = bytes.slice(length);
    }
  }
}

Deno.test(`a server lives through ${SESSIONS} sessions that end inside their own frames`, async () => {
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-P=test", CHILD],
    cwd: ROOT,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.getReader();
  const port = Number(new TextDecoder().decode((await output.read()).value));
  for (let session = 0; session < SESSIONS; session++) await deadlySession(port);
  await using client = new RoundClient({ network: "tcp", host: "127.0.0.1", port });
  client.ask();
  assert.deepEqual(await client.round(), [
    "reset",
    "set default/web",
    "set default/web/web-0",
    "sync",
  ]);
  child.kill();
  await output.cancel();
});
