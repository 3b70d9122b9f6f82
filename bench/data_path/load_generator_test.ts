/**
 * Each load arrives: what the generator says of it is what the servers have counted.
 *
 * Needs `--allow-ffi`, loopback, and Linux; skipped where there is none.
 *
 * @module
 */
import assert from "node:assert/strict";
import { COUNT } from "./load.ts";
import { LoadGenerator, whyNoLoad } from "./load_generator.ts";

const why = whyNoLoad();
const SECONDS = 0.05;

async function generating(test: (generator: LoadGenerator) => Promise<void>): Promise<void> {
  using generator = await LoadGenerator.start();
  await test(generator);
}

Deno.test(
  "every load gets through to the servers",
  { ignore: why !== null },
  () =>
    generating(async (generator) => {
      const { servers, counts } = generator;
      const echo = { ip: "127.0.0.1", ports: servers.echo };
      const sink = { ip: "127.0.0.1", ports: [servers.sink] };
      const datagramSink = { ip: "127.0.0.1", ports: [servers.datagramSink] };

      const asked = await generator.run({
        kind: "requests",
        to: echo,
        connections: 4,
        bytes: 64,
        seconds: SECONDS,
        perSecond: null,
      });
      assert.ok(asked.perSecond > 0 && asked.p50 > 0 && asked.p50 <= asked.p99);
      assert.equal(asked.failed, 0);
      assert.equal(counts[COUNT.accepted], 4);

      const sent = await generator.run({
        kind: "bulk",
        to: sink,
        connections: 2,
        seconds: SECONDS,
      });
      assert.ok(sent.perSecond > 0);
      assert.ok((counts[COUNT.sinkBytes] ?? 0) > 0);

      const opened = await generator.run({
        kind: "connections",
        to: echo,
        connections: 4,
        seconds: SECONDS,
      });
      assert.ok(opened.perSecond > 0);
      assert.equal(opened.failed, 0);

      const flood = { kind: "datagrams", to: datagramSink, seconds: SECONDS } as const;
      const paced = await generator.run({ ...flood, clients: 3, perSecond: 1000 });
      assert.equal(paced.lost, 0);
      assert.ok((counts[COUNT.datagrams] ?? 0) >= 3);

      const before = counts[COUNT.accepted] ?? 0;
      {
        await using _held = await generator.hold({ kind: "idle", to: echo, connections: 50 });
        assert.equal(counts[COUNT.accepted], before + 50);
      }
    }),
);

Deno.test(
  "a load that leads nowhere says so",
  { ignore: why !== null },
  () =>
    generating(async (generator) => {
      using dead = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = dead.addr;
      dead.close();
      const to = { ip: "127.0.0.1", ports: [port] };
      const load = { kind: "requests", to, connections: 2, bytes: 64, seconds: 0.01 } as const;
      const { failed } = await generator.run({ ...load, perSecond: null });
      assert.equal(failed, 2);
    }),
);
