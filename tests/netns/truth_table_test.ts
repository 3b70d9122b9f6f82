/**
 * The truth table of a cluster on real addresses: from a node, from a pod and from outside, to every
 * address of every service, before, during and after a rolling update, and after `kill -9` of a proxy.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Round } from "../../agent/probe/model.ts";
import { clusterText, NODES, PLACES, PORTS, type Told } from "./_cluster.ts";
import { CLIENT_IP, DEVICE, layTestbed, POD_IP } from "./_testbed.ts";
import { type Host, type Program, whyNoNamespaces, windlass } from "./namespaces.ts";

const TOKEN = "the-test-bed-knows-it";
const AGENT_PORT = 12_091;

const [A, B] = [{ ip: "10.244.1.5", node: "n1" }, { ip: "10.244.2.5", node: "n2" }];
const [C, D] = [{ ip: "10.244.1.6", node: "n1" }, { ip: "10.244.2.6", node: "n2" }];

/** A prober that watches, as the test reads it. */
interface Watcher {
  readonly program: Program;
  /** Waits until everybody knows exactly these endpoints of `web`. No cell may be wrong meanwhile. */
  rightWith(endpoints: readonly Told[]): Promise<Round>;
  /** Waits for a round that was begun from now on and is so. */
  until(found: (round: Round) => boolean): Promise<Round>;
}

function watcherOf(program: Program): Watcher {
  const next = async (): Promise<Round> => JSON.parse(await program.line(/^\{/));
  return {
    program,
    async rightWith(endpoints) {
      const wanted = endpoints.map(({ ip }) => `${ip}:${PORTS.pod}`).toSorted();
      for (;;) {
        const round = await next();
        assert.deepEqual([wrongIn(round), round.failures], [[], []]);
        if (round.columns.every(({ cells }) => isTold(cells, wanted))) return round;
      }
    },
    async until(found) {
      for (;;) {
        const round = await next();
        if (found(round)) return round;
      }
    },
  };
}

function isTold(cells: Round["columns"][number]["cells"], wanted: readonly string[]): boolean {
  const of = cells.filter(({ name, kind }) =>
    name.startsWith("default/web:") && kind === "ExternalIP"
  );
  return of.length === 2 && of.every(({ expected }) => {
    return expected.answer === "one-of" && String(expected.endpoints.toSorted()) === String(wanted);
  });
}

/** The wrong cells: `n2 → default/web:tcp ClusterIP 10.96.0.10:80: nobody answers …`. */
function wrongIn({ columns }: Round): readonly string[] {
  return columns.flatMap(({ from, cells }) =>
    cells.filter(({ mark }) => mark === "wrong").map(({ name, kind, ip, port, why, sights }) =>
      `${from} → ${name} ${kind} ${ip}:${port}: ${why}: ${sights.map(({ seen }) => seen)}`
    )
  );
}

function leaving(endpoint: Told): Told {
  return { ...endpoint, terminating: true };
}

/** Every cell: `n2 → web:tcp ClusterIP 10.96.0.10:80 ok`. */
function verdictsIn({ columns }: Round): readonly string[] {
  return columns.flatMap(({ from, cells }) =>
    cells.map(({ name, kind, ip, port, mark }) =>
      `${from} → ${name.replace("default/", "")} ${kind} ${ip}:${port} ${mark}`
    )
  );
}

const ON_N1 = `web:tcp NodePort ${NODES.n1}:${PLACES.web.nodePort}`;
const ON_N2 = `web:tcp NodePort ${NODES.n2}:${PLACES.web.nodePort}`;

/** The cells that the truth table is about; all others must be right, too. */
const TRUTH = [
  // host → ClusterIP
  `n1 → web:tcp ClusterIP ${PLACES.web.clusterIP}:80 ok`,
  `n2 → web:udp ClusterIP ${PLACES.web.clusterIP}:80 ok`,
  // pod → ClusterIP, and one without endpoints
  `pod-on-n1 → web:tcp ClusterIP ${PLACES.web.clusterIP}:80 ok`,
  `pod-on-n1 → web:udp ClusterIP ${PLACES.web.clusterIP}:80 ok`,
  `pod-on-n1 → empty:tcp ClusterIP ${PLACES.empty.clusterIP}:80 ok`,
  // pod → NodePort of the own and the other node
  `pod-on-n1 → ${ON_N1} ok`,
  `pod-on-n1 → ${ON_N2} ok`,
  `pod-on-n1 → ${ON_N2.replace("tcp", "udp")} ok`,
  // pod → host port, directly and through a ClusterIP
  `pod-on-n1 → host:tcp Endpoint ${NODES.n1}:${PORTS.host} ok`,
  `pod-on-n1 → host:udp ClusterIP ${PLACES.host.clusterIP}:80 ok`,
  // outside → NodePort, external IP, load balancer IP; policy Local on a node without endpoints
  `client → ${ON_N1} ok`,
  `client → ${ON_N2.replace("tcp", "udp")} ok`,
  `client → web:udp ExternalIP ${PLACES.web.externalIP}:80 ok`,
  `client → edge:tcp LoadBalancer ${PLACES.edge.loadBalancerIP}:80 ok`,
  `client → edge:tcp NodePort ${NODES.n2}:${PLACES.edge.nodePort} ok`,
];

const reason = await whyNoNamespaces();

Deno.test({
  name: `the truth table holds through a rolling update and the death of a proxy${
    reason === null ? "" : ` (skipped: ${reason})`
  }`,
  ignore: reason !== null,
  async fn() {
    const folder = await Deno.makeTempDir({ dir: "/tmp" });
    const input = join(folder, "cluster.json");
    const tokenFile = join(folder, "token");
    await Deno.writeTextFile(tokenFile, TOKEN);
    const tell = async (web: readonly Told[], edge: readonly Told[]): Promise<void> => {
      await Deno.writeTextFile(`${input}.new`, clusterText(web, edge));
      await Deno.rename(`${input}.new`, input);
    };
    await tell([A, B], [A]);

    await using bed = await layTestbed();
    await using programs = new AsyncDisposableStack();
    const start = (host: Host, args: readonly string[], read: "stderr" | "stdout") =>
      programs.use(host.start(windlass(...args), { read }));
    const proxy = (host: Host, node: string) =>
      start(host, [
        ...["file", "to-userspace", `--input=${input}`, `--node-name=${node}`, "-v=2"],
        ...["--address-manager=iproute2", `--interface=${DEVICE}`, "--min-sync-period=50ms"],
      ], "stderr");
    const probe = (
      host: Host,
      node: string,
      from: string,
      read: "stderr" | "stdout",
      ...more: string[]
    ) =>
      start(host, [
        ...["probe", "file", `--input=${input}`, `--node-name=${node}`, `--from=${from}`],
        ...["--rate=500", "--times=2", "--timeout=400ms", ...more],
      ], read);
    const agent = (host: Host, node: string, from: string, ip: string) =>
      probe(
        ...[host, node, from, "stderr", `--serve=${ip}:${AGENT_PORT}`] as const,
        ...[`--token-file=${tokenFile}`, "--insecure-listen-any"],
      );
    const pods = (host: Host) =>
      programs.use(host.start(
        [...DENO, "--allow-net", "tests/netns/_pods_main.ts"],
        { read: "stdout", write: true },
      ));
    const order = async (server: Program, line: string): Promise<void> => {
      await server.say(line);
      await server.line(new RegExp(`^done ${line}$`));
    };

    const [servers1, servers2, onHost] = [pods(bed.servers1), pods(bed.servers2), pods(bed.n1)];
    const first = proxy(bed.n1, "n1");
    const second = proxy(bed.n2, "n2");
    const onPod = agent(bed.pod, "n1", "pod-on-n1", POD_IP);
    const onN2 = agent(bed.n2, "n2", "n2", NODES.n2);
    await order(servers1, `start ${A.ip} ${PORTS.pod}`);
    await order(servers2, `start ${B.ip} ${PORTS.pod}`);
    await order(onHost, `start ${NODES.n1} ${PORTS.host}`);
    await Promise.all([first.line(/Synced/), second.line(/Synced/)]);
    await Promise.all([onPod.line(/Probing for those/), onN2.line(/Probing for those/)]);

    const again = ["--all-nodes", "--watch", "--interval=100ms", "--output=json"];
    const inside = watcherOf(probe(
      ...[bed.n1, "n1", "n1", "stdout", ...again, `--token-file=${tokenFile}`] as const,
      `--agents=${[POD_IP, NODES.n2].map((ip) => `http://${ip}:${AGENT_PORT}`)}`,
    ));
    const outside = watcherOf(probe(
      ...[bed.client, "n1", "client", "stdout", ...again, `--client-ip=${CLIENT_IP}`] as const,
      "--targets=NodePort,ExternalIP,LoadBalancer",
    ));
    const both = (endpoints: readonly Told[]) =>
      Promise.all([inside.rightWith(endpoints), outside.rightWith(endpoints)]);

    const [fromInside, fromOutside] = await both([A, B]);
    const seen = new Set([...verdictsIn(fromInside), ...verdictsIn(fromOutside)]);
    for (const verdict of TRUTH) assert.ok(seen.has(verdict), verdict);

    // A rolling update, while clients knock without a pause.
    const knock = (host: Host, ...places: readonly string[]) =>
      programs.use(host.start(
        [...DENO, "--allow-net", "tests/netns/_knock_main.ts", ...places],
        { read: "stdout", write: true },
      ));
    const knocking = [
      knock(bed.pod, `${PLACES.web.clusterIP}:80`, `${NODES.n2}:${PLACES.web.nodePort}`),
      knock(bed.client, `${PLACES.web.externalIP}:80`, `${NODES.n1}:${PLACES.web.nodePort}`),
    ];
    for (const each of knocking) assert.equal(await each.line(/^knocking/), "knocking []");
    await order(servers1, `start ${C.ip} ${PORTS.pod}`);
    await order(servers2, `start ${D.ip} ${PORTS.pod}`);
    await tell([A, B, C, D], [A, C]);
    await both([A, B, C, D]);
    await tell([leaving(A), leaving(B), C, D], [leaving(A), C]);
    await both([C, D]);
    await order(servers1, `finish ${A.ip}`);
    await order(servers2, `finish ${B.ip}`);
    await tell([C, D], [C]);
    await both([C, D]);
    for (const each of knocking) {
      await each.say("enough");
      assert.match(await each.line(/^knocked/), /"asked":[1-9]\d+,"missed":\[\]/);
    }

    // A proxy dies: what it served is gone, the other node goes on.
    await first.kill();
    const [, gone] = await Promise.all([
      inside.until((round) => verdictsIn(round).includes(`pod-on-n1 → ${ON_N1} wrong`)),
      outside.until((round) => verdictsIn(round).includes(`client → ${ON_N1} wrong`)),
    ]);
    assert.deepEqual(wrongIn(gone).filter((cell) => cell.includes(NODES.n2)), []);
    const next = proxy(bed.n1, "n1");
    await next.line(/Synced/);
    const isRight = (round: Round) => wrongIn(round).length + round.failures.length === 0;
    await Promise.all([inside.until(isRight), outside.until(isRight)]);
    await Deno.remove(folder, { recursive: true });
  },
});

const DENO = [Deno.execPath(), "run", "--no-prompt", "--quiet"];
