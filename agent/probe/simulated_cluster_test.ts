// `windlass probe` on the cluster of `windlass simulate`: its API server, its pods, its agent.
import assert from "node:assert/strict";
import { main } from "../main.ts";
import { realClock } from "../simulate/clock.ts";
import { seededRandom } from "../simulate/random.ts";
import { Tally } from "../simulate/tally.ts";
import { type MakeBackend, openTestbed, type Testbed, userspaceOn } from "../simulate/testbed.ts";
import { Trouble } from "../simulate/trouble.ts";
import { fakeIo } from "../test_io.ts";
import type { Round } from "./model.ts";

const real: MakeBackend = (nodeIp) => userspaceOn(nodeIp, { workers: 0, dataPath: "deno" });

/** Silence takes its time: ask once, and wait for long enough that a busy machine is not silent. */
const QUICK = ["--times=1", "--timeout=1s"];

async function simulated(makeBackend: MakeBackend): Promise<Testbed> {
  await using made = new AsyncDisposableStack();
  const testbed = made.use(
    await openTestbed({
      options: { services: 4, podsPerService: 3, nodes: 2 },
      makeBackend,
      tally: new Tally("steady"),
      observer: { note() {} },
      clock: realClock(),
      random: seededRandom(9),
      onHappening() {},
      trouble: new Trouble(),
    }),
  );
  await testbed.programmed;
  made.move();
  return testbed;
}

async function probe({ api, cluster }: Testbed, ...args: readonly string[]) {
  const [node] = cluster.nodes; // the agent's
  const io = fakeIo();
  const code = await main([
    ...["probe", "kube", `--server=${api.url}`, `--node-name=${node?.name}`, "--rate=10000"],
    ...["--output=json", ...args],
  ], io);
  assert.equal(io.err(), "");
  const round: Round = JSON.parse(io.out());
  return { code, cells: round.columns.flatMap(({ cells }) => cells) };
}

Deno.test("the truth table of the simulated cluster holds, over TCP and UDP, and pods name themselves", async () => {
  await using testbed = await simulated(real);
  const { code, cells } = await probe(testbed);
  assert.deepEqual(cells.filter(({ mark }) => mark !== "ok"), []);
  assert.equal(code, 0);
  const rules = new Set(
    cells.map(({ protocol, kind, verdict }) => `${protocol} ${kind} ${verdict}`),
  );
  for (const protocol of ["TCP", "UDP"]) {
    for (const kind of ["ClusterIP", "NodePort", "Endpoint"]) {
      assert.ok(rules.has(`${protocol} ${kind} right-endpoint`), `${protocol} ${kind}`);
    }
  }
});

Deno.test("a proxy that does nothing is found out in the simulated cluster: exit code 1", async () => {
  await using testbed = await simulated((nodeIp) => ({
    name: "idle",
    initial: real(nodeIp).initial,
    plan: (_, state) => ({ ops: [], state }),
    apply: () => Promise.resolve({ ok: true }),
    close: () => Promise.resolve(),
  }));
  const { code, cells } = await probe(testbed, "--targets=ClusterIP,Endpoint", ...QUICK);
  assert.equal(code, 1);
  const verdicts = cells.map(({ kind, verdict }) => `${kind} ${verdict}`);
  assert.deepEqual(new Set(verdicts), new Set(["ClusterIP no-answer", "Endpoint right-endpoint"]));
});
