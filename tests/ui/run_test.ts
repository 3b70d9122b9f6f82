/**
 * The status page of a real run: what a proxy from files tells, with real connections, and what the
 * HNS backend tells of HNS. No browser is needed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { main } from "../../agent/mod.ts";
import { fakeIo } from "../../agent/test_io.ts";
import type { Details } from "../../agent/ui/details.ts";
import type { Overview } from "../../agent/ui/wire.ts";
import { freePort } from "../../backends/test_ports.ts";
import { serviceObjects } from "./_objects.ts";

const HERE = "127.5.31.1"; // nobody else listens here

/** The Service of these tests. */
const OBJECTS = (clusterIP: string, port: number, targetPort: number) =>
  serviceObjects({ service: "default/web", clusterIP, port, pod: "127.5.31.3", targetPort });

/** An HNS with a network and nothing in it. */
const EMPTY_HNS = JSON.stringify({
  Networks: [{
    ID: "11111111-1111-1111-1111-111111111111",
    Name: "cbr0",
    Type: "L2Bridge",
    SchemaVersion: { Major: 2, Minor: 0 },
  }],
  Endpoints: [],
  LoadBalancers: [],
});

/** Runs a proxy from these objects until the test has seen enough. */
async function running(
  args: readonly string[],
  items: readonly unknown[],
  look: (url: string, folder: string) => Promise<void>,
  begun = /"Synced"/,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const input = `${folder}/all.json`;
    await Deno.writeTextFile(input, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    const io = fakeIo({ hostname: "n1" });
    const code = main([
      "file",
      ...args.map((each) => each.replace("FOLDER", folder)),
      `--input=${input}`,
      "-v=2",
      "--healthz-bind-address=",
      `--metrics-bind-address=${HERE}:0`,
    ], io);
    const port = () => /"Listening" server="metrics" .*port=(\d+)/.exec(io.err())?.[1] ?? "";
    const ended = code.then((code) => assert.fail(`it ended with code ${code}: ${io.err()}`));
    await Promise.race([io.until(() => port() !== "" && begun.test(io.err())), ended]);
    ended.catch(() => {}); // from here on it may end
    await look(`http://${HERE}:${port()}`, folder);
    io.signal("SIGTERM");
    assert.equal(await code, 0, io.err());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Resolves when the updates have said so. */
async function untilTold(url: string, what: string): Promise<void> {
  const { body } = await fetch(`${url}/ui/api/events`);
  assert.ok(body !== null);
  let told = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    told += text;
    if (told.includes(what)) return; // leaving the loop lets the stream go
  }
}

async function get<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text) as T; // what it says is asserted by the test
}

Deno.test("a proxy tells what it decided and carried", async () => {
  using pod = Deno.listen({ hostname: "127.5.31.3", port: 0 });
  const port = freePort();
  await running(
    ["to-userspace", "--data-path=deno"],
    OBJECTS("127.5.31.2", port, pod.addr.port),
    async (url) => {
      const client = await Deno.connect({ hostname: "127.5.31.2", port });
      const server = await pod.accept();
      await client.write(new Uint8Array(1000));
      await server.read(new Uint8Array(2000));
      const overview = await get<Overview>(`${url}/ui/api/overview`);
      assert.equal(overview.verdict.rule, "in-sync");
      assert.deepEqual([overview.services, overview.traffic?.active], [1, 1]);
      assert.equal(overview.platform, null);
      const details = await get<Details>(`${url}/ui/api/service?name=default/web`);
      const [listener] = details.listeners;
      assert.deepEqual([listener?.key, listener?.connections], [`TCP/127.5.31.2:${port}`, 1]);
      assert.equal(details.endpoints[`127.5.31.3:${pod.addr.port}`]?.connections, 1);
      assert.equal(details.explanation.servicePorts[0]?.endpoints[0]?.internal.rule, "ready");
      assert.deepEqual(await get(`${url}/ui/api/find?q=127.5.31.3`), ["default/web"]);
      client.close();
      server.close();
      const io = fakeIo();
      const top = main(["top", "--once", `--address=${new URL(url).host}`], io);
      assert.equal(await top, 0);
      assert.match(io.out(), /proxied +default\/web/);
    },
  );
});

Deno.test("a Service beside the kernel is counted, and HNS' objects are told of beside it", async () => {
  using pod = Deno.listen({ hostname: "127.5.31.3", port: 0 });
  const port = freePort();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/hns.json`, EMPTY_HNS);
  const args = [
    ...["to-winkernel", "--network-name=cbr0", "--node-ip=192.168.1.10"],
    ...["--host-mac=00-15-5d-00-00-01", `--hns=emulator:${folder}/hns.json`],
    ...["--userspace-services=default/web", "--address-manager=none"],
  ];
  try {
    await running(args, OBJECTS("127.5.31.4", port, pod.addr.port), async (url) => {
      const client = await Deno.connect({ hostname: "127.5.31.4", port });
      const server = await pod.accept();
      const { traffic, platform } = await get<Overview>(`${url}/ui/api/overview`);
      assert.deepEqual([traffic?.active, traffic?.listeners], [1, 1]);
      assert.deepEqual(platform?.objects.map(({ all }) => all), [0, 0]);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      assert.match(metrics, /windlass_active_connections\{protocol="TCP"\} 1/);
      client.close();
      server.close();
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a server of KPNG tells of the cluster, of its clients, and of what any node does", async () => {
  const args = ["to-api", "--listen=tcp://127.5.31.1:0"];
  await running(args, OBJECTS("10.96.0.10", 80, 8080), async (url) => {
    await untilTold(url, '"rule":"serving"');
    const { verdict, clients, services, syncs, traffic } = await get<Overview>(
      `${url}/ui/api/overview`,
    );
    assert.deepEqual([verdict.rule, services, traffic], ["serving", 1, null]);
    assert.deepEqual(clients, { connected: 0, streams: 0 });
    assert.ok(syncs >= 1);
    const details = await get<Details>(`${url}/ui/api/service?name=default/web&node=n7`);
    assert.equal(details.explanation.node.name, "n7");
    assert.equal(details.explanation.servicePorts[0]?.endpoints[0]?.internal.rule, "ready");
    const io = fakeIo();
    const top = main(["top", "--once", `--address=${new URL(url).host}`], io);
    assert.equal(await top, 0);
    assert.match(io.out(), /^windlass top +every node +to-api[^]*told +default\/web/);
  }, /"Serving KPNG's API"/);
});

Deno.test("a proxy ends although somebody reads its updates", async () => {
  const readers: ReadableStreamDefaultReader<string>[] = [];
  await running(["to-userspace", "--data-path=deno"], [], async (url) => {
    const { body } = await fetch(`${url}/ui/api/events`);
    assert.ok(body !== null);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !text.includes('"complete":true');) text += (await reader.read()).value;
    readers.push(reader);
  });
  // Its stream is ended, or cut with its connection: either way it is over.
  const last = await Promise.allSettled(readers.map((reader) => reader.read()));
  assert.equal(last.length, 1);
});

Deno.test("the HNS backend tells of the network, its objects, and drift", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, EMPTY_HNS);
  const args = [
    "to-winkernel",
    "--network-name=cbr0",
    "--node-ip=192.168.1.10",
    "--host-mac=00-15-5d-00-00-01",
    `--hns=emulator:${file}`,
  ];
  const objects = serviceObjects({
    ...{ service: "default/web", clusterIP: "10.96.0.10", port: 80 },
    ...{ pod: "10.244.2.5", targetPort: 8080, node: "n2" },
  });
  try {
    await running(args, objects, async (url) => {
      const { platform, traffic, backend } = await get<Overview>(`${url}/ui/api/overview`);
      assert.deepEqual([backend, traffic], ["winkernel", null]);
      assert.match(platform?.name ?? "", /network cbr0$/);
      assert.deepEqual(platform?.objects, [
        { kind: "load balancers", all: 1, ours: 1 },
        { kind: "endpoints", all: 1, ours: 1 },
      ]);
      assert.deepEqual([platform?.drift.count, platform?.error], [0, ""]);
      assert.notEqual(platform?.lookedAt, null);
      const { objects } = await get<Details>(`${url}/ui/api/service?name=default/web`);
      assert.deepEqual(objects.map(({ frontend }) => frontend), ["TCP/10.96.0.10:80"]);
      assert.match(objects[0]?.about ?? "", /^1 endpoint, ours/);
    });
  } finally {
    await Deno.remove(file);
  }
});
