/**
 * That the judges find out every way in which a proxy can go wrong: the front ends here lie.
 */
import assert from "node:assert/strict";
import { realClock } from "./clock.ts";
import { Ledger } from "./ledger.ts";
import type { SimService } from "./model.ts";
import { startPodServer } from "./pod.ts";
import { seededRandom } from "./random.ts";
import { Referee } from "./referee.ts";
import { frontendName } from "./routes.ts";
import { Tally } from "./tally.ts";
import { AllowedTimeline } from "./timeline.ts";
import { Traffic } from "./traffic.ts";
import type { Verdict } from "./verdict.ts";
import { encodeReply, FrameReader, parseRequest, writeAll } from "./wire.ts";

const LOOPBACK = "127.0.0.1";
const ALLOWED = "127.0.0.1:1";
const FORBIDDEN = "127.0.0.1:2";

/** What a front end does with the n-th request (from 0) of a connection; `null` ends it. */
type Answer = (
  request: { connection: number; sequence: number; bytes: number },
  payload: Uint8Array,
) =>
  | Uint8Array
  | null
  | Promise<null>;

/** A front end that answers as it likes. */
function frontEnd(answer: Answer) {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const conns = new Set<Deno.TcpConn>();
  const serve = async (conn: Deno.TcpConn): Promise<void> => {
    conns.add(conn);
    const frames = new FrameReader(conn);
    for (;;) {
      const request = parseRequest(await frames.line() ?? "");
      if (request === null) break;
      const reply = await answer(request, await frames.exactly(request.bytes));
      if (reply === null) break;
      await writeAll(conn, reply);
    }
    if (conns.delete(conn)) conn.close();
  };
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const conn of listener) all.push(serve(conn).catch(() => {}));
    await Promise.all(all);
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of conns) conn.close();
      conns.clear();
      await serving;
    },
  };
}

/** What a client of that kind makes of the front end at that port, once it is not `answered`. */
async function verdictOn(
  port: number,
  kind: "short" | "kept",
  { ledger = new Ledger(), endpoint = ALLOWED, onAnswered = () => {} }: {
    readonly ledger?: Ledger;
    readonly endpoint?: string;
    readonly onAnswered?: () => void;
  } = {},
): Promise<{ readonly verdict: Verdict; readonly tally: Tally }> {
  const clock = realClock();
  const timeline = new AllowedTimeline();
  const key = frontendName("web", "ClusterIP", "TCP");
  timeline.begin({ key, endpoints: [endpoint], computedAt: 0 });
  const tally = new Tally("steady");
  const referee = new Referee({ timeline, ledger, tally });
  const service: SimService = {
    name: "web",
    frontends: [{ kind: "ClusterIP", ip: LOOPBACK, port }],
    pods: [],
    lastDeathAt: -Infinity,
  };
  const found = Promise.withResolvers<Verdict>();
  const traffic = new Traffic({
    services: [service],
    connections: 2,
    ledger,
    tally,
    clock,
    random: seededRandom(1),
    referee: {
      judge(played) {
        const verdict = referee.judge(played);
        if (played.kind !== kind) return verdict;
        if (verdict === "answered") onAnswered();
        else found.resolve(verdict);
        return verdict;
      },
    },
    onAnswer: () => {},
    onError: found.reject,
    patienceMs: 50,
  });
  const verdict = await found.promise;
  await traffic.stop();
  assert.equal(ledger.size, 0, "every connection is given back");
  return { verdict, tally };
}

const TRUTH: Answer = (request, payload) => encodeReply({ ...request, endpoint: ALLOWED }, payload);

Deno.test("an answer from an endpoint that the view does not allow is misrouted", async () => {
  await using liar = frontEnd((request, payload) =>
    encodeReply({ ...request, endpoint: FORBIDDEN }, payload)
  );
  const { verdict, tally } = await verdictOn(liar.port, "short");
  assert.equal(verdict, "misrouted");
  assert.ok(tally.total().misrouted > 0);
  assert.match(tally.failures[0]?.what ?? "", /^web on TCP ClusterIP .*answered by 127\.0\.0\.1:2/);
});

Deno.test("two endpoints on one connection are misrouted", async () => {
  await using liar = frontEnd((request, payload) => {
    const endpoint = request.sequence === 0 ? ALLOWED : FORBIDDEN;
    return encodeReply({ ...request, endpoint }, payload);
  });
  const { verdict, tally } = await verdictOn(liar.port, "kept");
  assert.equal(verdict, "misrouted");
  assert.equal(
    tally.failures.find((each) => each.verdict === "misrouted")?.rule,
    "endpoint-changed",
  );
});

Deno.test("a front end that refuses connections has failed", async () => {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { verdict, tally } = await verdictOn(port, "short");
  assert.equal(verdict, "failed");
  assert.equal(tally.failures[0]?.rule, "front-end-refused");
});

Deno.test("a front end that never answers has failed", async () => {
  const never = Promise.withResolvers<null>();
  await using liar = frontEnd(() => never.promise);
  const { verdict, tally } = await verdictOn(liar.port, "short");
  never.resolve(null);
  assert.equal(verdict, "failed");
  assert.equal(tally.failures[0]?.rule, "hung");
});

Deno.test("an end without a reply has failed", async () => {
  await using liar = frontEnd(() => null);
  const { verdict, tally } = await verdictOn(liar.port, "short");
  assert.equal(verdict, "failed");
  assert.equal(tally.failures[0]?.rule, "ended-without-reply");
});

Deno.test("a kept connection that ends although its pod lives is cut", async () => {
  await using liar = frontEnd((request, payload) =>
    request.sequence === 0 ? TRUTH(request, payload) : null
  );
  const { verdict, tally } = await verdictOn(liar.port, "kept");
  assert.equal(verdict, "cut");
  assert.ok(tally.total().connectionsCut > 0);
  assert.match(tally.failures[0]?.what ?? "", /kept connection/);
});

Deno.test("changed bytes have failed", async () => {
  await using liar = frontEnd((request, payload) => {
    const bytes = payload.slice();
    bytes[bytes.length - 1] = 255;
    return TRUTH(request, bytes);
  });
  const { verdict, tally } = await verdictOn(liar.port, "short");
  assert.equal(verdict, "failed");
  assert.equal(tally.failures[0]?.rule, "bytes-changed");
});

Deno.test("a reply to somebody else's request has failed", async () => {
  await using liar = frontEnd((request, payload) =>
    TRUTH({ ...request, connection: request.connection + 1 }, payload)
  );
  const { verdict } = await verdictOn(liar.port, "short");
  assert.equal(verdict, "failed");
});

Deno.test("the end of a kept connection is excused when its pod has finished", async () => {
  const ledger = new Ledger();
  const onError = (error: unknown) => assert.fail(`the pod met ${error}`);
  const pod = startPodServer({ ip: LOOPBACK, port: 0, ledger, onError });
  const answered = Promise.withResolvers<void>();
  const seen = verdictOn(pod.port, "kept", {
    ledger,
    endpoint: pod.endpoint,
    onAnswered: answered.resolve,
  });
  await answered.promise;
  await pod.finish();
  const { verdict, tally } = await seen;
  assert.equal(verdict, "excused");
  assert.equal(tally.total().connectionsCut, 0);
  assert.ok(tally.total().excused > 0);
});
