/**
 * That the judges find out every way in which UDP can go wrong: the front ends here lie.
 */
import assert from "node:assert/strict";
import { realClock } from "./clock.ts";
import { DatagramTraffic } from "./datagram_traffic.ts";
import { Ledger } from "./ledger.ts";
import type { Pod, SimService } from "./model.ts";
import { TOLD } from "./model.ts";
import { seededRandom } from "./random.ts";
import { Referee } from "./referee.ts";
import { frontendName } from "./routes.ts";
import { Tally } from "./tally.ts";
import { AllowedTimeline } from "./timeline.ts";
import type { Verdict, VerdictRule } from "./verdict.ts";
import { encodeReply, readRequest, type Request } from "./wire.ts";

const LOOPBACK = "127.0.0.1";
const ALLOWED = ["127.0.0.1:1", "127.0.0.1:2"] as const;
const FORBIDDEN = "127.0.0.1:3";

/** The replies to the n-th datagram (from 0) of a flow. */
type Answer = (request: Request, payload: Uint8Array) => readonly Uint8Array[];

const from = (endpoint: string): Answer => (request, payload) => [
  encodeReply({ ...request, endpoint }, payload),
];

/** A front end that answers as it likes. */
function frontEnd(answer: Answer) {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  let closed = false;
  const serving = (async () => {
    while (!closed) {
      try {
        const [datagram, client] = await socket.receive();
        const asked = readRequest(datagram);
        assert.ok(asked !== null);
        for (const reply of answer(asked.request, asked.payload)) await socket.send(reply, client);
      } catch (error) {
        if (!closed) throw error;
      }
    }
  })();
  return {
    port: socket.addr.transport === "udp" ? socket.addr.port : 0,
    async [Symbol.asyncDispose]() {
      closed = true;
      socket.close();
      await serving;
    },
  };
}

function podAt(endpoint: string): Pod {
  const server = {
    endpoint,
    port: 1,
    connections: 0,
    finish: () => Promise.resolve(),
    crash: () => Promise.resolve(),
  };
  const node = { name: "node-1", ip: LOOPBACK, zone: "a", up: true, pods: 0 };
  const [ip = ""] = endpoint.split(":");
  const alive = true;
  return { name: ip, service: "web", node, ip, endpoint, server, alive, told: TOLD.ready };
}

/** What a client of that kind makes of the front end, once it is the verdict or has asked enough. */
async function verdictOn(
  port: number,
  kind: "short" | "kept",
  until: (verdict: Verdict, asked: number) => boolean = (verdict) => verdict !== "answered",
): Promise<
  { readonly verdict: Verdict; readonly rule: VerdictRule | null; readonly tally: Tally }
> {
  const clock = realClock();
  const timeline = new AllowedTimeline();
  const key = frontendName("web", "ClusterIP", "UDP");
  timeline.begin({ key, endpoints: ALLOWED, computedAt: 0 });
  const tally = new Tally("steady");
  const ledger = new Ledger();
  const referee = new Referee({ timeline, ledger, tally });
  const service: SimService = {
    name: "web",
    frontends: [{ kind: "ClusterIP", ip: LOOPBACK, port }],
    pods: ALLOWED.map(podAt),
    lastDeathAt: -Infinity,
  };
  const found = Promise.withResolvers<Verdict>();
  let asked = 0;
  const traffic = new DatagramTraffic({
    services: [service],
    connections: 8,
    ledger,
    tally,
    clock,
    random: seededRandom(1),
    referee: {
      judge(played) {
        const verdict = referee.judge(played);
        if (played.kind === kind && until(verdict, ++asked)) found.resolve(verdict);
        return verdict;
      },
    },
    onAnswer: () => {},
    onError: found.reject,
    patienceMs: 50,
  });
  const verdict = await found.promise;
  await traffic.stop();
  assert.equal(ledger.size, 0, "every socket is given back");
  const failure = tally.failures.find(({ what }) => what.includes(`of ${kind} flow`));
  return { verdict, rule: failure === undefined ? null : failure.rule as VerdictRule, tally };
}

Deno.test("an answer from an endpoint that the view does not allow is misrouted", async () => {
  await using liar = frontEnd(from(FORBIDDEN));
  const { verdict, rule } = await verdictOn(liar.port, "short");
  assert.deepEqual({ verdict, rule }, { verdict: "misrouted", rule: "flow-stuck" });
});

Deno.test("a flow that goes from one allowed endpoint to another for no reason is cut", async () => {
  await using liar = frontEnd((request, payload) =>
    from(ALLOWED[request.sequence < 2 ? 0 : 1])(request, payload)
  );
  const { verdict, rule } = await verdictOn(liar.port, "kept");
  assert.deepEqual({ verdict, rule }, { verdict: "cut", rule: "flow-moved" });
});

Deno.test("changed bytes are a failure", async () => {
  await using liar = frontEnd((request, payload) =>
    from(ALLOWED[0])(request, payload.map((byte) => byte + 1))
  );
  const { verdict, rule } = await verdictOn(liar.port, "short");
  assert.deepEqual({ verdict, rule }, { verdict: "failed", rule: "bytes-changed" });
});

Deno.test("a front end that never answers is a failure, after some tries", async () => {
  await using silent = frontEnd(() => []);
  const { verdict, rule, tally } = await verdictOn(silent.port, "short");
  assert.deepEqual({ verdict, rule }, { verdict: "failed", rule: "unanswered" });
  assert.ok(tally.total().udp.retries >= 4);
});

Deno.test("a datagram that is lost is sent again, and one that comes twice is heard once", async () => {
  await using lossy = frontEnd((request, payload) => {
    if (request.sequence % 2 === 0) return [];
    const [reply = payload] = from(ALLOWED[0])(request, payload);
    return [reply, reply];
  });
  const { verdict, tally } = await verdictOn(lossy.port, "kept", (_, asked) => asked === 5);
  assert.equal(verdict, "answered");
  assert.ok(tally.total().clean, JSON.stringify(tally.failures));
  assert.ok(tally.total().udp.retries >= 5);
});
