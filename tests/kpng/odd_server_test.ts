// The client against servers that say what it does not expect.
import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { GrpcServer, type Handler } from "../../proto/kpng/grpc_server.ts";
import { deleteOp, RESET, setOp, SYNC } from "../../proto/kpng/operations.ts";
import { kpngLocalSource, NO_TLS } from "../../proto/mod.ts";
import { follow, hastyTiming, localOf } from "./follow.ts";

/** A server that answers each request with the next round of messages. */
async function scripted(...rounds: readonly (readonly Uint8Array[])[]) {
  const watch: Handler = async ({ requests, send, signal }) => {
    let index = 0;
    for await (const _ of requests) {
      const round = rounds[index++];
      if (round === undefined) {
        return await new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      }
      await send(round);
    }
  };
  const server = new GrpcServer({
    methods: { "/localv1.Sets/Watch": watch },
    tls: null,
    log: SILENT,
    patienceMs: 10_000,
    pingMs: 10_000,
  });
  const host = "127.0.0.1";
  const port = await server.listen({ network: "tcp", host, port: 0 });
  return {
    address: { network: "tcp", host, port } as const,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** `default/NAME` with a ClusterIP and one TCP port, and a port of a protocol from the future. */
function serviceBytes(name: string): Uint8Array {
  const text = (field: number, value: string) => {
    const bytes = new TextEncoder().encode(value);
    return [field << 3 | 2, bytes.length, ...bytes];
  };
  const ips = [0x0a, 0x0c, ...text(1, "10.96.0.10")];
  return new Uint8Array([
    ...text(1, "default"),
    ...text(2, name),
    ...text(3, "ClusterIP"),
    ...[0x22, ips.length, ...ips],
    ...[0x32, 0x06, 0x10, 0x01, 0x18, 0x50, 0x28, 0x50],
    ...[0x32, 0x09, ...text(1, "new"), 0x10, 0x63, 0x18, 0x51],
    ...[0xfa, 0x06, 0x02, 0x68, 0x69], // field 111, which nobody knows
  ]);
}

const ENDPOINT = Uint8Array.fromHex("120a0a0831302e312e302e312a0408011001");

Deno.test("what a newer server may say is tolerated: operations, sets, fields, protocols", async () => {
  const unknownOp = new Uint8Array([0, 0, 0, 0, 3, 0x4a, 0x01, 0x61]);
  await using server = await scripted([
    RESET,
    unknownOp,
    setOp("ServicesSet", "default/web", serviceBytes("web")),
    setOp("EndpointsSet", "default/web/a", ENDPOINT),
    setOp("GlobalNodeInfos", "|n1||", new Uint8Array([1, 2, 3])),
    SYNC,
  ]);
  await using client = follow(localOf(server.address));
  await client.until(() => client.changes.length === 1);
  assert.deepEqual(client.changes[0], ["add default/web/TCP/IPv4"]);
  assert.deepEqual(client.reports, []);
});

Deno.test("an operation that cannot be used is reported, and the others are", async () => {
  await using server = await scripted(
    [
      RESET,
      setOp("ServicesSet", "default/web", serviceBytes("web")),
      setOp("ServicesSet", "nonsense", serviceBytes("x")),
      setOp("EndpointsSet", "default/web", ENDPOINT),
      setOp("ServicesSet", "default/bad", new Uint8Array([0x0a, 0x7f])),
      setOp("ServicesSet", "default/liar", serviceBytes("other")),
      setOp("EndpointsSet", "default/orphan/a", ENDPOINT),
      SYNC,
    ],
    [setOp("ServicesSet", "default/web", new Uint8Array([0x0a, 0x7f])), SYNC],
    [
      deleteOp("ServicesSet", "default/web"),
      SYNC,
    ],
  );
  await using client = follow(localOf(server.address));
  await client.until(() => client.changes.length === 3);
  assert.deepEqual(client.changes, [
    ["add default/web/TCP/IPv4"],
    [],
    ["remove default/web/TCP/IPv4"],
  ]);
  assert.deepEqual(client.reports.map(({ severity }) => severity), Array(5).fill("problem"));
});

Deno.test("a server that takes the connection and says nothing is told of, and tried again", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const taking = (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  const { hostname: host, port } = listener.addr;
  const address = { network: "tcp", host, port } as const;
  const connection = { address, tls: NO_TLS, connectMs: 50, timing: hastyTiming([]) };
  {
    await using client = follow(kpngLocalSource({ connection, nodeName: "n1", once: false }));
    await client.until(() => client.reports.length === 2);
    for (const { severity, message } of client.reports) {
      assert.equal(severity, "trouble");
      assert.match(message, /no connection came about within 0.05 s/);
    }
  }
  listener.close();
  await taking;
  for (const each of taken) each.close();
});
