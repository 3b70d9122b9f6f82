/**
 * The program of `engine_test.ts` that runs out of descriptors: it takes all there are by connecting to
 * its own engine, lets some go, and prints what came of it.
 *
 * @module
 */
import { allocate } from "./memory.ts";
import { NativeEngine, openSys } from "./mod.ts";
import { sockAddrOf } from "./sockaddr.ts";

using sys = openSys();
const { bytes } = allocate(64);
const address = (port: number) => sockAddrOf("127.0.0.1", port, sys.inet6);

function client(port: number): number {
  const sock = sys.socket("IPv4", "stream");
  if (sock >= 0) sys.connect(sock, address(port));
  return sock;
}

const server = sys.socket("IPv4", "stream");
sys.bind(server, address(0));
sys.listen(server, 512);
using engine = NativeEngine.create({ sys });
const endpoint = `127.0.0.1:${sys.localPort(server)}`;
const choose = () => endpoint;
const opened = engine.open({ key: "web", protocol: "TCP", ip: "127.0.0.1", port: 0, choose });
const port = opened.ok ? opened.port : 0;

// Clients first: half of all descriptors. Then the engine accepts and dials until there are no more.
const limit = sys.descriptorLimit();
const clients = Array.from({ length: Math.floor(limit / 2) }, () => client(port)).filter((s) =>
  s >= 0
);

let turns = 0;
const starved = performance.now();
while (performance.now() - starved < 400) {
  engine.turn(1000);
  turns++;
}
const pauses = engine.stats("web")?.acceptPauses ?? 0;

// Now most clients leave, and the others must be served.
const staying = clients.splice(0, 8);
for (const sock of clients) sys.close(sock);
const answered = new Set<number>();
const asked = new Set<number>();
const servers: number[] = [];
const limitAt = performance.now() + 20_000;
while (answered.size < staying.length && performance.now() < limitAt) {
  for (const sock of staying) {
    if (!asked.has(sock) && sys.send(sock, bytes, 8) === 8) asked.add(sock);
    if (sys.receive(sock, bytes, 8) === 8) answered.add(sock);
  }
  for (let sock = sys.accept(server); sock >= 0; sock = sys.accept(server)) servers.push(sock);
  for (const [i, sock] of servers.entries()) {
    const length = sys.receive(sock, bytes, 8);
    if (length > 0) sys.send(sock, bytes, length);
    if (length !== 0) continue;
    sys.close(sock);
    servers.splice(i, 1);
    break;
  }
  engine.turn(1); // last, for it shares its descriptors with the server, and takes all that it can
}
Deno.stdout.writeSync(new TextEncoder().encode(
  JSON.stringify({ limit, turns, pauses, answered: answered.size, staying: staying.length }),
));
