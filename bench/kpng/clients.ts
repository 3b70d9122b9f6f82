/**
 * Many clients of a KPNG server in a process of their own, so that they do not count as the server's:
 * `clients.ts PORT COUNT`. Prints `synced MS` when all have had their first Sync; then, for each
 * line on standard input, opens a round everywhere, prints `asked`, and `told MS` when all have had it.
 *
 * @module
 */
import { connect, constants } from "node:http2";
import { frame } from "../../proto/kpng/frames.ts";
import { localRequest } from "../../proto/kpng/local_source.ts";
import { SYNC } from "../../proto/kpng/operations.ts";

interface Client {
  /** Opens a round; resolves when it has ended. */
  readonly round: () => Promise<void>;
}

/** Looks for Sync only, which ends each round: what is measured is the server. */
function openClient(port: number, index: number): Client {
  const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 1 << 20 } });
  const stream = session.request({
    ":method": "POST",
    ":path": "/localv1.Sets/Watch",
    "content-type": "application/grpc+proto",
    "te": "trailers",
  });
  let ended = () => {};
  let tail = new Uint8Array(0);
  stream.on("data", (piece: Uint8Array) => {
    const last = piece.length >= SYNC.length ? piece : new Uint8Array([...tail, ...piece]);
    tail = last.slice(-SYNC.length);
    if (tail.length === SYNC.length && tail.every((byte, i) => byte === SYNC[i])) ended();
  });
  stream.on("error", () => Deno.exit(1));
  stream.on("close", () => Deno.exit(stream.rstCode === constants.NGHTTP2_NO_ERROR ? 0 : 1));
  return {
    round: () =>
      new Promise((resolve) => {
        ended = resolve;
        stream.write(frame(localRequest(`node-${index}`)));
      }),
  };
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const [port = 0, count = 1] = Deno.args.map(Number);
const start = performance.now();
const clients = Array.from({ length: count }, (_, index) => openClient(port, index));
await Promise.all(clients.map(({ round }) => round()));
say(`synced ${performance.now() - start}`);
for await (const _ of Deno.stdin.readable) {
  const asked = performance.now();
  const rounds = clients.map(({ round }) => round());
  setTimeout(() => say("asked"), 500); // the requests are on their way: nothing is due yet
  await Promise.all(rounds);
  say(`told ${performance.now() - asked}`);
}
