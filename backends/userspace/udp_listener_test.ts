import assert from "node:assert/strict";
import { closeOp, first, keeper, openOp, rig, updateOp } from "./_loopback.ts";
import { faulty, udpClient, udpEcho, udpPod, udpSpec } from "./_udp_loopback.ts";
import type { ConnectionEvent } from "./data_path.ts";
import type { UdpCounts } from "./udp_counters.ts";
import { PLATFORM_DATAGRAMS } from "./udp_sockets.ts";
import type { UserspaceBackend } from "./userspace.ts";

const { signal } = new AbortController();

async function counts(backend: UserspaceBackend): Promise<UdpCounts> {
  const { udp } = await first(backend);
  assert.ok(udp);
  return udp;
}

/** How many flows were opened, and how they ended. */
function tale(events: readonly ConnectionEvent[]): readonly string[] {
  return events.map((event) => event.type === "closed" ? `closed ${event.how}` : event.type);
}

Deno.test("an endpoint that is not there yet costs datagrams, and not the flow", async () => {
  let port = 0;
  {
    await using probe = udpEcho();
    port = Number(probe.address.split(":")[1]);
  }
  await using subject = await rig(udpSpec([`127.0.0.1:${port}`]));
  using client = udpClient(subject.backend);
  const mapped = subject.event("mapped");
  await client.say("lost");
  await client.say("lost");
  await mapped;
  await using late = udpEcho("127.0.0.1", port);
  // The ones before may have been under way still when the endpoint came.
  let answer = await client.ask("found");
  while (answer === "lost") answer = await client.hear();
  assert.equal(answer, "found");
  assert.equal(late.lastFrom?.hostname, "127.0.0.1");
  assert.deepEqual(tale(subject.events), ["mapped"]);
});

Deno.test("a flow that is idle for the time-out ends, one that is used either way lives", async () => {
  let now = 0;
  let due: (() => void) | null = null;
  await using quiet = udpPod(() => null);
  await using subject = await rig(udpSpec([quiet.address]), {
    udpIdleTimeoutMs: 10_000,
    now: () => now,
    setTimer(callback, ms) {
      assert.equal(ms, 1000);
      assert.equal(due, null, "a second timer");
      due = callback;
      return () => due = null;
    },
  });
  const sweepAt = (ms: number) => {
    now = ms;
    const callback = due;
    due = null;
    callback?.();
  };
  using talks = udpClient(subject.backend);
  using hears = udpClient(subject.backend);
  using idles = udpClient(subject.backend);
  const from: (Deno.NetAddr | null)[] = [];
  for (const client of [talks, hears, idles]) {
    const heard = quiet.next();
    await client.say("hello");
    await heard;
    from.push(quiet.lastFrom);
  }
  sweepAt(9_999);
  assert.equal((await first(subject.backend)).active, 3);
  const heard = quiet.next();
  await talks.say("again");
  await heard;
  const [, to] = from;
  assert.ok(to);
  await quiet.send("news", to);
  assert.equal(await hears.hear(), "news");
  const closed = subject.event("closed");
  sweepAt(10_000);
  const event = await closed;
  assert.deepEqual([event.client, event.type === "closed" && event.how], [idles.address, "ended"]);
  sweepAt(19_998);
  assert.equal((await first(subject.backend)).active, 2);
  sweepAt(19_999);
  assert.equal((await first(subject.backend)).active, 0);
  assert.equal((await counts(subject.backend)).flowsEnded.idle, 3, "counted as soon as they go");
  assert.equal(due, null, "a timer without a flow");
});

Deno.test("when there are too many flows, the one that was idle for longest makes room", async () => {
  await using echo = udpEcho();
  await using subject = await rig(udpSpec([echo.address]), { udpFlowLimit: 2 });
  using a = udpClient(subject.backend);
  using b = udpClient(subject.backend);
  using c = udpClient(subject.backend);
  await a.ask("a");
  await b.ask("b");
  await a.ask("a");
  const closed = subject.event("closed");
  await c.ask("c");
  assert.equal((await closed).client, b.address);
  const next = subject.event("closed");
  await b.ask("b");
  assert.equal((await next).client, a.address);
  assert.equal((await first(subject.backend)).active, 2);
  assert.equal((await counts(subject.backend)).flowsEnded.evicted, 2);
});

Deno.test("a flood of 100,000 one-datagram clients costs as many flows as are allowed", async () => {
  const over = Promise.withResolvers<void>();
  let sent = 0;
  let open = 0;
  let most = 0;
  let listening = false;
  const flooded = udpSpec(["127.0.0.1:9"]);
  await using subject = await rig(null, {
    udpFlowLimit: 100,
    onConnection: () => {},
    datagrams: {
      bind(hostname) {
        const closed = Promise.withResolvers<never>();
        closed.promise.catch(() => {});
        const isServer = !listening;
        listening = true;
        if (!isServer) most = Math.max(most, ++open);
        return {
          addr: { transport: "udp", hostname, port: 53 },
          receive() {
            if (!isServer || sent === 100_000) {
              if (isServer) over.resolve();
              return closed.promise;
            }
            const from = { transport: "udp", hostname: "192.0.2.1", port: sent++ } as const;
            return Promise.resolve([new Uint8Array(1), from]);
          },
          send: (bytes) => Promise.resolve(bytes.length),
          close() {
            if (!isServer) open--;
            closed.reject(new Deno.errors.BadResource());
          },
        };
      },
    },
  });
  assert.deepEqual(await subject.backend.apply(openOp(flooded), signal), { ok: true });
  await over.promise;
  assert.equal(most, 100);
  const { accepted, active } = await first(subject.backend);
  assert.deepEqual([accepted, active], [100_000, 100]);
});

Deno.test("what somebody else sends to a flow's socket does not reach the client", async () => {
  await using pod = udpPod(() => null);
  await using stranger = udpPod(() => null);
  await using subject = await rig(udpSpec([pod.address]));
  using client = udpClient(subject.backend);
  const heard = pod.next();
  await client.say("hello");
  await heard;
  const flow = pod.lastFrom;
  assert.ok(flow);
  await stranger.send("poison", flow);
  await pod.send("answer", flow);
  assert.equal(await client.hear(), "answer");
  assert.equal((await counts(subject.backend)).dropped.stranger, 1);
});

Deno.test("a client that is gone, as Windows tells it, does not end the listener", async () => {
  let resets = 3;
  const gone = () => resets-- > 0 ? Promise.reject(new Deno.errors.ConnectionReset()) : null;
  await using echo = udpEcho();
  await using subject = await rig(udpSpec([echo.address]), {
    datagrams: faulty({ listener: { receive: gone } }),
  });
  using client = udpClient(subject.backend);
  assert.equal(await client.ask("still here"), "still here");
  assert.equal((await counts(subject.backend)).dropped.refused, 3);
  assert.equal((await first(subject.backend)).acceptFailures, 0);
});

Deno.test("a receive that fails is tried again after a pause, and told once", async () => {
  let failures = 3;
  const fail = () => failures-- > 0 ? Promise.reject(new Error("odd")) : null;
  const errors: string[] = [];
  const log = { ...keeper().log, error: (line: string) => void errors.push(line) };
  await using echo = udpEcho();
  await using subject = await rig(udpSpec([echo.address]), {
    datagrams: faulty({ listener: { receive: fail } }),
    log,
  });
  using client = udpClient(subject.backend);
  assert.equal(await client.ask("still here"), "still here");
  assert.equal((await first(subject.backend)).acceptFailures, 3);
  assert.deepEqual(errors, ["Cannot receive on UDP/127.0.0.1:0: odd; trying again"]);
});

Deno.test("after an endpoint has refused, as Windows tells it, its client gets a new choice", async () => {
  let resets = 1;
  const refused = () => resets-- > 0 ? Promise.reject(new Deno.errors.ConnectionReset()) : null;
  await using echo = udpEcho();
  await using subject = await rig(udpSpec([echo.address]), {
    datagrams: faulty({ flow: { receive: refused } }),
  });
  using client = udpClient(subject.backend);
  const closed = subject.event("closed");
  await client.say("lost");
  await closed;
  assert.equal(await client.ask("still here"), "still here");
  assert.equal((await counts(subject.backend)).dropped.refused, 1);
  assert.deepEqual(tale(subject.events), ["mapped", "closed broken", "mapped"]);
});

Deno.test("a flow whose socket fails ends, and the client's next datagram opens another", async () => {
  let failures = 1;
  const fail = () => failures-- > 0 ? Promise.reject(new Error("odd")) : null;
  await using echo = udpEcho();
  await using subject = await rig(udpSpec([echo.address]), {
    datagrams: faulty({ flow: { receive: fail } }),
  });
  using client = udpClient(subject.backend);
  const closed = subject.event("closed");
  await client.say("lost");
  const event = await closed;
  assert.equal(event.type === "closed" && event.how, "broken");
  assert.equal(await client.ask("found"), "found");
  assert.deepEqual(tale(subject.events), ["mapped", "closed broken", "mapped"]);
});

for (
  const [error, cause] of [
    [Object.assign(new Error("Message too long"), { code: "EMSGSIZE" }), "too-big"],
    [new Error("A message was larger than … (os error 10040)"), "too-big"],
    [Object.assign(new Error("No route to host"), { code: "EHOSTUNREACH" }), "unreachable"],
    [Object.assign(new Error("No buffer space"), { code: "ENOBUFS" }), "shortage"],
    [new Deno.errors.ConnectionRefused(), "refused"],
    [new Error("odd"), "other"],
  ] as const
) {
  Deno.test(`a send that fails with "${error.message || error.name}" is a drop: ${cause}`, async () => {
    let failures = 2;
    const fail = () => failures-- > 0 ? Promise.reject(error) : null;
    const { lines, log } = keeper();
    await using echo = udpEcho();
    await using subject = await rig(udpSpec([echo.address]), {
      datagrams: faulty({ flow: { send: fail } }),
      log,
    });
    using client = udpClient(subject.backend);
    await client.say("lost");
    await client.say("lost");
    assert.equal(await client.ask("found"), "found");
    assert.equal((await counts(subject.backend)).dropped[cause], 2);
    assert.equal(lines.filter(([line]) => line === `Dropped a datagram: ${cause}`).length, 2);
  });
}

Deno.test("an endpoint to which the way is blocked holds others up for two sweeps at most", async () => {
  const blocked = Promise.withResolvers<number>();
  const sending = Promise.withResolvers<void>();
  let sends = 0;
  let due = () => {};
  await using echo = udpEcho();
  await using subject = await rig(udpSpec([echo.address]), {
    now: () => 0,
    setTimer: (callback) => (due = callback, () => {}),
    datagrams: faulty({
      flow: {
        send() {
          sending.resolve();
          return sends++ === 0 ? blocked.promise : null;
        },
      },
    }),
  });
  using stuck = udpClient(subject.backend);
  using other = udpClient(subject.backend);
  await stuck.say("into the void");
  await sending.promise;
  await stuck.say("dropped");
  const through = other.ask("through");
  due();
  due();
  assert.equal(await through, "through");
  assert.equal((await counts(subject.backend)).dropped.backlog, 1);
  blocked.resolve(0);
  await blocked.promise;
  assert.equal(await stuck.ask("free again"), "free again");
});

Deno.test("a listener closes though the way to an endpoint is blocked", async () => {
  const blocked = Promise.withResolvers<number>();
  const sending = Promise.withResolvers<void>();
  await using echo = udpEcho();
  const listener = udpSpec([echo.address]);
  await using subject = await rig(listener, {
    datagrams: faulty({ flow: { send: () => (sending.resolve(), blocked.promise) } }),
  });
  using client = udpClient(subject.backend);
  await client.say("into the void");
  await sending.promise;
  assert.deepEqual(await subject.backend.apply(closeOp(listener), signal), { ok: true });
  blocked.resolve(0);
});

Deno.test(
  "for want of sockets a datagram is dropped and the oldest flow gives its own back",
  async () => {
    let bound = 0;
    const short = Object.assign(new Error("Too many open files"), { code: "EMFILE" });
    await using echo = udpEcho();
    await using subject = await rig(udpSpec([echo.address]), {
      datagrams: {
        bind(ip, port) {
          if (bound++ === 2) throw short;
          return PLATFORM_DATAGRAMS.bind(ip, port);
        },
      },
    });
    using old = udpClient(subject.backend);
    using young = udpClient(subject.backend);
    await old.ask("in time");
    const rejected = subject.event("rejected");
    await young.say("lost");
    assert.equal((await rejected).client, young.address);
    assert.equal(await young.ask("found"), "found");
    const { dropped, flowsEnded } = await counts(subject.backend);
    assert.deepEqual([dropped.shortage, flowsEnded.evicted], [1, 1]);
    assert.equal((await first(subject.backend)).dialFailures.shortage, 1);
  },
);

Deno.test("a flow's events and log lines tell its whole way", async () => {
  await using echo = udpEcho();
  const { lines, log } = keeper();
  const listener = udpSpec([echo.address]);
  await using subject = await rig(listener, { log });
  using client = udpClient(subject.backend);
  await client.ask("hello");
  const closed = subject.event("closed");
  await subject.backend.apply(updateOp({ ...listener, backends: ["127.0.0.1:1"] }), signal);
  await closed;
  const common = { listener: listener.key, client: client.address, backend: echo.address };
  assert.deepEqual(subject.events, [
    { type: "mapped", ...common },
    { type: "closed", ...common, bytesIn: 5, bytesOut: 5, how: "ended" },
  ]);
  assert.deepEqual(lines.map(([line]) => line), [
    "Proxying for service",
    "Mapped UDP client to endpoint",
    "Updated listener",
    "UDP flow is over",
  ]);
});
