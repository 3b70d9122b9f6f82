import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { backendAddress } from "./balance/backend_address.ts";
import { roundRobin } from "./balance/round_robin.ts";
import { Dial, type DialFailure, failureOf } from "./dial.ts";
import { Patience } from "./patience.ts";
import { PLATFORM_SOCKETS, type Sockets, type TcpStream } from "./sockets.ts";

/** What an endpoint does with a try: take it, refuse it, never answer, or cost us the last socket. */
type Behaviour = "take" | "refuse" | "hang" | "short";

/** Closed, it leaves no timer to a test in which nobody waits any more. */
const patience = new Patience({ next: () => new Promise((resolve) => setImmediate(resolve)) });
patience.close();

const unused = () => assert.fail("a dial only makes the connection");
const ADDRESS: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
const STREAM: TcpStream = {
  read: unused,
  write: unused,
  closeWrite: unused,
  close: unused,
  setNoDelay: unused,
  setKeepAlive: unused,
  unref: unused,
  localAddr: ADDRESS,
  remoteAddr: ADDRESS,
};

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A dial over endpoints whose behaviour is scripted, try by try; the last one stays. */
function rig(script: Record<string, Behaviour[]>, timeouts = [1, 1, 1, 1]) {
  const tries: string[] = [];
  const failures: [string, DialFailure][] = [];
  const balancer = roundRobin(() => 0);
  const backends = Object.keys(script).map((name) => backendAddress(`${name}:1`));
  balancer.replace(backends);
  let hanging = Promise.withResolvers<void>();
  const connect: Sockets["connect"] = (name, _port, signal) => {
    const behaviours = script[name] ?? [];
    const behaviour = behaviours.length > 1 ? behaviours.shift() : behaviours[0];
    tries.push(name);
    switch (behaviour) {
      case "take":
        return Promise.resolve(STREAM);
      case "refuse":
        return Promise.reject(refusal("ECONNREFUSED"));
      case "short":
        return Promise.reject(refusal("EMFILE"));
      default:
        hanging.resolve();
        hanging = Promise.withResolvers();
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(refusal("EINTR")))
        );
    }
  };
  const dial = new Dial({
    balancer,
    sockets: { listen: () => assert.fail("listened"), connect },
    timeouts,
    patience,
    now: () => 0, // so that a slow machine does not meet the deadline
    onFailure: (backend, why) => failures.push([backend.address, why]),
  }, "c");
  return { dial, tries, failures, backends, hangs: hanging.promise };
}

async function outcome(dial: Dial): Promise<string> {
  const dialled = await dial.run();
  return dialled.ok ? dialled.backend.ip : dialled.why;
}

Deno.test.each(
  [
    {
      what: "takes the first endpoint",
      script: { a: ["take"], b: ["take"] },
      tries: "a",
      end: "a",
    },
    {
      what: "goes on to the next where one refuses",
      script: { a: ["refuse"], b: ["take"] },
      tries: "a b",
      end: "b",
    },
    {
      what: "tries every endpoint that refuses, once",
      script: { a: ["refuse"], b: ["refuse"], c: ["refuse"], d: ["refuse"], e: ["refuse"] },
      tries: "a b c d e",
      end: "dial-failed",
    },
    {
      what: "goes on to the next where one does not answer",
      script: { a: ["hang"], b: ["take"] },
      tries: "a b",
      end: "b",
    },
    {
      what: "comes back to a slow endpoint when no other is left",
      script: { a: ["hang", "take"], b: ["refuse"] },
      tries: "a b a",
      end: "a",
    },
    {
      what: "gives up after as many time-outs as there are",
      script: { a: ["hang"], b: ["hang"] },
      tries: "a b a b",
      end: "dial-failed",
    },
    {
      what: "waits and tries again where this machine is short of sockets",
      script: { a: ["short", "short", "take"] },
      tries: "a a a",
      end: "a",
    },
    { what: "says so where there is no endpoint", script: {}, tries: "", end: "no-endpoints" },
  ] as const,
)("a dial $what", async ({ script, tries, end }) => {
  const subject = rig(
    Object.fromEntries(Object.entries(script).map(([name, list]) => [name, [...list]])),
    [5, 5, 5, 5],
  );
  assert.equal(await outcome(subject.dial), end);
  assert.equal(subject.tries.join(" "), tries);
});

Deno.test("a dial tells each failure with its cause", async () => {
  const { dial, failures } = rig({ a: ["refuse"], b: ["hang"], c: ["take"] });
  await outcome(dial);
  assert.deepEqual(failures, [["a:1", "refused"], ["b:1", "timeout"]]);
});

Deno.test("a dial ends when it is stopped, and tells no failure for that", async () => {
  const { dial, failures, hangs } = rig({ a: ["hang"] }, [60_000]);
  const end = outcome(dial);
  await hangs;
  dial.stop();
  assert.equal(await end, "stopped");
  assert.deepEqual(failures, []);
});

Deno.test("a dial keeps its deadline, also where endpoints are slow to refuse", async () => {
  let time = 0;
  let tries = 0;
  const balancer = roundRobin(() => 0);
  balancer.replace(Array.from({ length: 100 }, (_, i) => backendAddress(`${100 + i}:1`)));
  const dial = new Dial({
    balancer,
    sockets: {
      listen: () => assert.fail("listened"),
      connect() {
        tries++;
        time += 200;
        return Promise.reject(refusal("ECONNREFUSED"));
      },
    },
    timeouts: [250, 500],
    patience,
    now: () => time,
    onFailure: () => {},
  }, "c");
  assert.equal(await outcome(dial), "dial-failed");
  assert.equal(tries, 4);
});

Deno.test("a thread that stood still does not take an answer that is there for a time-out", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const balancer = roundRobin(() => 0);
  balancer.replace([backendAddress(`${hostname}:${port}`)]);
  const dial = new Dial({
    balancer,
    sockets: PLATFORM_SOCKETS,
    timeouts: [40],
    patience,
    now: () => performance.now(),
    onFailure: (_, why) => assert.fail(why),
  }, "c");
  const dialling = dial.run();
  standStill(200);
  const dialled = await dialling;
  assert.ok(dialled.ok);
  dialled.stream.close();
});

Deno.test("a refusal that a thread sees late leaves the others their time", async () => {
  let time = 0;
  const balancer = roundRobin(() => 0);
  balancer.replace(["a", "b"].map((name) => backendAddress(`${name}:1`)));
  const dial = new Dial({
    balancer,
    sockets: {
      listen: () => assert.fail("listened"),
      connect(name) {
        time += name === "a" ? 60_000 : 0;
        return name === "a" ? Promise.reject(refusal("ECONNREFUSED")) : Promise.resolve(STREAM);
      },
    },
    timeouts: [250, 500],
    patience,
    now: () => time,
    onFailure: () => {},
  }, "c");
  assert.equal(await outcome(dial), "b");
});

Deno.test("an answer that comes only when the sockets are looked at is not late before that", async () => {
  let answer = (_: TcpStream) => {};
  let looks = 0;
  const turns = {
    next() {
      if (++looks === 1) answer(STREAM);
      return Promise.resolve();
    },
  };
  const looking = new Patience(turns);
  looking.close();
  const balancer = roundRobin(() => 0);
  balancer.replace([backendAddress("a:1")]);
  const dial = new Dial({
    balancer,
    sockets: {
      listen: () => assert.fail("listened"),
      connect: () => new Promise((resolve) => answer = resolve),
    },
    timeouts: [1],
    patience: looking,
    now: () => 0,
    onFailure: (_, why) => assert.fail(why),
  }, "c");
  assert.equal(await outcome(dial), "a");
});

/** Keeps this thread from running for so many milliseconds, as a loaded machine does. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

Deno.test.each([
  { code: "ECONNREFUSED", why: "refused" },
  { code: "ECONNRESET", why: "refused" },
  { code: "ETIMEDOUT", why: "timeout" },
  { code: "EHOSTUNREACH", why: "unreachable" },
  { code: "ENETUNREACH", why: "unreachable" },
  { code: "EMFILE", why: "shortage" },
  { code: "EADDRNOTAVAIL", why: "shortage" },
  { code: "EWHATEVER", why: "other" },
])("a dial that meets $code failed by $why", ({ code, why }) => {
  assert.equal(failureOf(refusal(code)), why);
});

Deno.test("a dial that finds Windows out of ephemeral ports failed by shortage", () => {
  assert.equal(failureOf(new Error("No buffer space (os error 10055)")), "shortage");
});

Deno.test("a dial counts for the endpoint that it tries, and afterwards for the one that took it", async () => {
  const { dial, backends, hangs } = rig({ a: ["hang"], b: ["take"] });
  const end = outcome(dial);
  await hangs;
  const active = () => backends.map((backend) => backend.active);
  assert.deepEqual(active(), [1, 0]);
  assert.equal(await end, "b");
  assert.deepEqual(active(), [0, 1]);
});
