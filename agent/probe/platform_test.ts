// A whole round of `windlass probe`, patient enough for any platform that runs it, however loaded.
import assert from "node:assert/strict";
import { freePort } from "../../backends/test_ports.ts";
import { smallWorld } from "./_world.ts";
import type { Round } from "./model.ts";

Deno.test("every cell of a proxy that works is right, and names the pod, over TCP and UDP", async () => {
  await using world = await smallWorld();
  const pods = [world.pod("127.77.21.1")];
  pods.push(world.pod("127.77.21.2", pods[0]?.port ?? 0));
  const endpoints = pods.map((pod) => ({ pod }));
  const web = { name: "web", clusterIP: "127.77.29.1", nodePort: freePort(), endpoints };
  for (const to of ["proxy", "probe"] as const) await world.tell(to, [web]);
  await world.proxy();
  const { code, out } = await world.probe("--timeout=5s", "--output=json");
  const { columns }: Round = JSON.parse(out);
  const cells = columns.flatMap((column) => column.cells);
  assert.deepEqual(
    cells.map(({ protocol, kind, verdict }) => `${protocol} ${kind} ${verdict}`),
    ["TCP", "UDP"].flatMap((protocol) =>
      ["ClusterIP", "NodePort", "Endpoint", "Endpoint"].map((kind) =>
        `${protocol} ${kind} right-endpoint`
      )
    ),
  );
  assert.equal(code, 0);
});
