// What TCP has to do on every data path.
import assert from "node:assert/strict";
import { type Logger, SILENT } from "../../core/mod.ts";
import { freePort } from "../test_ports.ts";
import { onEachPath } from "./_data_paths.ts";
import {
  ask,
  connect,
  deadAddress,
  echoPod,
  exchange,
  first,
  keeper,
  namedPod,
  pod,
  readAll,
  rig,
  sentAway,
  spec,
  updateOp,
  writeAll,
} from "./_loopback.ts";

const { signal } = new AbortController();

const isWindows = Deno.build.os === "windows";

/** Windows repeats a connect that is refused, for a second or two; a first try is over before that. */
const REFUSED = isWindows ? /^Dial failed: (refused|timeout)$/ : /^Dial failed: refused$/;

function random(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
  return bytes;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function askAt(hostname: string, port: number): Promise<string> {
  using conn = await Deno.connect({ hostname, port });
  return new TextDecoder().decode(await readAll(conn));
}

onEachPath("connections go to each endpoint in turn", async (options) => {
  await using a = namedPod("a");
  await using b = namedPod("b");
  await using c = namedPod("c");
  await using subject = await rig(spec([a.address, b.address, c.address]), options);
  const answers = [];
  for (let i = 0; i < 6; i++) answers.push(await ask(subject.backend));
  // The first turn falls to a random one.
  assert.match(answers.join(""), /^(abcabc|bcabca|cabcab|acbacb|cbacba|bacbac)$/);
});

onEachPath("a client that has said all still gets its answer", async (options) => {
  await using late = pod(async (conn) => {
    const asked = await readAll(conn);
    await writeAll(conn, new TextEncoder().encode(`${asked.length} bytes`));
  });
  await using subject = await rig(spec([late.address]), options);
  using conn = await connect(subject.backend);
  await writeAll(conn, new Uint8Array(100_000));
  await conn.closeWrite();
  assert.equal(new TextDecoder().decode(await readAll(conn)), "100000 bytes");
});

onEachPath("an endpoint that has said all still hears its client", async (options) => {
  const heard = Promise.withResolvers<number>();
  await using early = pod(async (conn) => {
    await conn.closeWrite();
    heard.resolve((await readAll(conn)).length);
  });
  await using subject = await rig(spec([early.address]), options);
  using conn = await connect(subject.backend);
  assert.equal((await readAll(conn)).length, 0);
  await writeAll(conn, new Uint8Array(100_000));
  await conn.closeWrite();
  assert.equal(await heard.promise, 100_000);
});

onEachPath("much data arrives whole, in both directions at a time", async (options) => {
  const up = random(8 << 20);
  const down = random(8 << 20);
  const heard = Promise.withResolvers<string>();
  await using busy = pod(async (conn) => {
    const [bytes] = await Promise.all([readAll(conn), writeAll(conn, down)]);
    heard.resolve(await digest(bytes));
  });
  await using subject = await rig(spec([busy.address]), options);
  using conn = await connect(subject.backend);
  const sent = writeAll(conn, up).then(() => conn.closeWrite());
  const [bytes] = await Promise.all([readAll(conn), sent]);
  assert.equal(await digest(bytes), await digest(down));
  assert.equal(await heard.promise, await digest(up));
  const { bytesIn, bytesOut } = await first(subject.backend);
  assert.deepEqual([bytesIn, bytesOut], [up.length, down.length]);
});

onEachPath(
  "a slow reader slows the sender: what is under way stays bounded, and all arrives",
  async (options) => {
    const total = 96 << 20;
    const chunk = new Uint8Array(256 << 10).fill(7);
    let sent = 0;
    await using fast = pod(async (conn) => {
      while (sent < total) sent += await conn.write(chunk.subarray(0, total - sent));
      await conn.closeWrite();
    });
    await using subject = await rig(spec([fast.address]), options);
    using conn = await connect(subject.backend);
    const into = new Uint8Array(256 << 10);
    let got = 0;
    let most = 0;
    for (let n = await conn.read(into); n !== null; n = await conn.read(into)) {
      got += n;
      // The sender has all the time it may want between two reads.
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve));
      most = Math.max(most, sent - got);
      if (got > 8 << 20) break;
    }
    // Four socket buffers of up to 6 MiB, and one copy buffer.
    assert.ok(most < 32 << 20, `${most} bytes under way`);
    assert.ok((await subject.backend.stats()).bufferBytes <= 512 << 10);
    for (let n = await conn.read(into); n !== null; n = await conn.read(into)) got += n;
    assert.equal(got, total);
  },
);

onEachPath(
  "a change of endpoints leaves live connections alone and leads new ones elsewhere",
  async (options) => {
    await using old = echoPod();
    await using fresh = namedPod("fresh");
    const listener = spec([old.address]);
    await using subject = await rig(listener, options);
    using conn = await connect(subject.backend);
    assert.equal(await exchange(conn, "one"), "one");
    const changed = { ...listener, backends: [fresh.address], servicePort: "default/other" };
    assert.deepEqual(await subject.backend.apply(updateOp(changed), signal), { ok: true });
    assert.equal(await exchange(conn, "two"), "two");
    assert.equal(await ask(subject.backend), "fresh");
    assert.equal(old.taken, 1);
    assert.equal((await first(subject.backend)).servicePort, "default/other");
  },
);

onEachPath(
  "an endpoint that refuses is passed over, counted, and shouted about once",
  async (options) => {
    await using live = namedPod("live");
    const { lines, log } = keeper();
    const dead = deadAddress();
    await using subject = await rig(spec([dead, live.address]), { ...options, log });
    for (let i = 0; i < 4; i++) assert.equal(await ask(subject.backend), "live");
    const { refused, timeout } = (await first(subject.backend)).dialFailures;
    assert.ok(refused + timeout >= 2);
    const told = lines.filter(([line]) => REFUSED.test(line));
    assert.equal(told[0]?.[1]?.["endpoint"], dead);
  },
);

onEachPath(
  "however many endpoints refuse, a client gets to the one that does not",
  async (options) => {
    await using live = namedPod("live");
    const dead = Array.from({ length: 9 }, deadAddress);
    const backends = [...dead.slice(0, 5), live.address, ...dead.slice(5)];
    await using subject = await rig(spec(backends), options);
    for (let i = 0; i < 3; i++) assert.equal(await ask(subject.backend), "live");
    const { rejected, dialFailures } = await first(subject.backend);
    assert.equal(rejected["dial-failed"], 0);
    assert.ok(dialFailures.refused >= 9, "each of them was tried by one client or another");
  },
  isWindows ? "Windows repeats what is refused, so the time is over after some of them" : null,
);

onEachPath("the original's log lines come at its levels", async (options) => {
  await using echo = echoPod();
  const said: string[] = [];
  const over = Promise.withResolvers<void>();
  const at = (level: string) => (message: string) => {
    said.push(`${level} ${message}`);
    if (message === "Proxied connection is over") over.resolve();
  };
  const [info, warn, error] = [at("info"), at("warn"), at("error")];
  const log: Logger = { v: (level) => ({ info: at(`${level}`) }), info, warn, error };
  await using subject = await rig(spec([echo.address]), { ...options, log });
  using conn = await connect(subject.backend);
  await exchange(conn, "hello");
  await conn.closeWrite();
  await over.promise;
  assert.deepEqual(said.filter((line) => !line.includes("Data path")), [
    "2 Proxying for service",
    "3 Accepted TCP connection",
    "3 Mapped service to endpoint",
    "4 Creating proxy",
    "4 Proxied connection is over",
  ]);
});

onEachPath("only the first of a row of dial failures is an error line", async (options) => {
  const errors: string[] = [];
  const log = { ...SILENT, error: (line: string) => void errors.push(line) };
  await using subject = await rig(spec([deadAddress()]), { ...options, log });
  for (let i = 0; i < 3; i++) await sentAway(subject.backend);
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? "", REFUSED);
  assert.equal((await first(subject.backend)).rejected["dial-failed"], 3);
});

onEachPath(
  "without an endpoint clients are refused, until one comes, and again when it has gone",
  async (options) => {
    await using live = namedPod("live");
    await using echo = echoPod();
    const nobody = spec([], { port: freePort() });
    await using subject = await rig(nobody, options);
    const { backend } = subject;
    const isRefused = () => assert.rejects(connect(backend), { name: "ConnectionRefused" });
    await isRefused();
    await backend.apply(updateOp({ ...nobody, backends: [live.address] }), signal);
    assert.equal(await ask(backend), "live");
    await backend.apply(updateOp({ ...nobody, backends: [echo.address] }), signal);
    using lasting = await connect(backend);
    assert.equal(await exchange(lasting, "one"), "one");
    await backend.apply(updateOp(nobody), signal);
    await isRefused();
    assert.equal(await exchange(lasting, "two"), "two");
    const holder = Deno.listen({ hostname: "127.0.0.1", port: nobody.port });
    const refused = await backend.apply(updateOp({ ...nobody, backends: [live.address] }), signal);
    assert.match(refused.ok ? "" : refused.error, /another socket has the port/);
    holder.close();
    await backend.apply(updateOp({ ...nobody, backends: [live.address] }), signal);
    assert.equal(await ask(backend), "live");
  },
);

onEachPath("an endpoint that breaks off takes the client's connection with it", async (options) => {
  await using rude = pod(async (conn) => {
    await conn.read(new Uint8Array(1));
  });
  await using subject = await rig(spec([rude.address]), options);
  using conn = await connect(subject.backend);
  const closed = subject.event("closed");
  const untilBroken = async (): Promise<never> => {
    for (;;) await conn.write(new Uint8Array(1 << 16));
  };
  await untilBroken().catch(() => {});
  const event = await closed;
  assert.equal(event.type === "closed" && event.how, "broken");
  assert.equal((await first(subject.backend)).broken, 1);
});

onEachPath("an IPv6 listener leads to IPv6 endpoints", async (options) => {
  await using live = namedPod("six", "::1");
  const [port = ""] = live.address.split(":").slice(-1);
  await using subject = await rig(
    spec([`[::1]:${port}`], { ip: "::1", key: "TCP/[::1]:0" }),
    options,
  );
  assert.equal(await ask(subject.backend), "six");
});

onEachPath(
  "the wildcards of both families serve the same port, each its own clients",
  async (options) => {
    await using four = namedPod("four");
    await using six = namedPod("six");
    const node = { kind: "NodePort", port: freePort() } as const;
    const v4 = spec([four.address], { ...node, ip: "0.0.0.0" });
    const v6 = spec([six.address], { ...node, ip: "::", key: "TCP/[::]", service: "default/six" });
    await using subject = await rig(v6, options);
    await assert.rejects(
      askAt("127.0.0.1", node.port).then((answer) => assert.notEqual(answer, "")),
      "who comes by IPv4 is not the IPv6 wildcard's client",
    );
    await subject.backend.apply(updateOp(v4), signal);
    assert.equal(await askAt("127.0.0.1", node.port), "four");
    assert.equal(await askAt("::1", node.port), "six");
  },
);
