/**
 * Datagrams one way, each client from a socket of its own. What counts is what the sink got; the time
 * runs until the last has arrived.
 *
 * @module
 */
import { COUNT, type Counts, type Figures, type Load } from "./load.ts";
import { addressesOf, type Watcher, Wire } from "./wire.ts";

const DATAGRAM_BYTES = 64;

/** How many datagrams one client sends in a row, if it is the only one; more clients take turns. */
const BURST = 16;

/** How many are sent between two looks at the clock. */
const BETWEEN_LOOKS = 64;

/** How long nothing must arrive until all that will has. */
const QUIET_MS = 60;

/** How many flows are opened in a row, so that none of their first datagrams is lost. */
const FLOWS_IN_A_ROW = 16;

const NOTHING: Watcher = { ready: () => {} };

/** Runs the load. */
export function datagrams(
  load: Load & { readonly kind: "datagrams" },
  counts: Counts,
): Figures {
  using wire = new Wire();
  const next = addressesOf(load.to, wire.sys);
  const clients = Array.from({ length: load.clients }, () => {
    const sock = wire.connect("datagram", next());
    if (sock < 0) throw new Error(`Cannot open a socket for a client: code ${-sock}`);
    return wire.add(sock, 0);
  });
  clients.forEach((client, i) => {
    wire.send(client, DATAGRAM_BYTES);
    if (i % FLOWS_IN_A_ROW === 0) wire.turn(1, NOTHING);
  });
  settle(wire, counts);
  const before = counts[COUNT.datagrams] ?? 0;
  const startedAt = performance.now();
  const sent = flood(wire, clients, load);
  const endedAt = settle(wire, counts);
  const arrived = (counts[COUNT.datagrams] ?? 0) - before;
  return {
    perSecond: arrived * 1000 / (endedAt - startedAt),
    p50: 0,
    p99: 0,
    lost: sent === 0 ? 0 : Math.max(0, 1 - arrived / sent),
    failed: 0,
    endedAt: Date.now(),
  };
}

/** Sends; answers with how many were sent. */
function flood(
  wire: Wire,
  clients: readonly number[],
  { seconds, perSecond }: Load & { readonly kind: "datagrams" },
): number {
  const burst = clients.length === 1 ? BURST : 1;
  const startedAt = performance.now();
  let sent = 0;
  for (let next = 0;;) {
    const elapsed = performance.now() - startedAt;
    if (elapsed >= seconds * 1000) return sent;
    if (perSecond !== null && sent >= elapsed * perSecond / 1000) {
      wire.turn(1, NOTHING);
      continue;
    }
    for (let i = 0; i < BETWEEN_LOOKS; i += burst) {
      const client = clients[next++ % clients.length] ?? 0;
      for (let j = 0; j < burst; j++) if (wire.send(client, DATAGRAM_BYTES) > 0) sent++;
    }
  }
}

/** Waits until nothing arrives any more; answers with when the last did. */
function settle(wire: Wire, counts: Counts): number {
  let lastAt = performance.now();
  let count = counts[COUNT.datagrams] ?? 0;
  for (;;) {
    wire.turn(2, NOTHING);
    const now = performance.now();
    const arrived = counts[COUNT.datagrams] ?? 0;
    if (arrived !== count) {
      count = arrived;
      lastAt = now;
    } else if (now - lastAt > QUIET_MS) {
      return lastAt;
    }
  }
}
