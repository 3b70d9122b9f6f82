/**
 * The truth table of a cluster on real addresses: from a node, from a pod and from outside, to every
 * address of every service, before, during and after a rolling update, and after `kill -9` of a proxy.
 */
import assert from "node:assert/strict";
import type { Round } from "../../agent/probe/model.ts";
import { NODES, PLACES, PORTS, type Told } from "./_cluster.ts";
import { order, setStage } from "./_stage.ts";
import { verdictsIn, wrongIn } from "./_watcher.ts";
import { whyNoNamespaces } from "./namespaces.ts";

const [A, B] = [{ ip: "10.244.1.5", node: "n1" }, { ip: "10.244.2.5", node: "n2" }];
const [C, D] = [{ ip: "10.244.1.6", node: "n1" }, { ip: "10.244.2.6", node: "n2" }];

function leaving(endpoint: Told): Told {
  return { ...endpoint, terminating: true };
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
    await using stage = await setStage();
    const { bed, tell } = stage;
    await tell([A, B], [A]);
    const [pods1, pods2] = [stage.pods(bed.servers1), stage.pods(bed.servers2)];
    await order(pods1, `start ${A.ip} ${PORTS.pod}`);
    await order(pods2, `start ${B.ip} ${PORTS.pod}`);
    await order(stage.pods(bed.n1), `start ${NODES.n1} ${PORTS.host}`);
    const [first] = await Promise.all([stage.proxy("n1"), stage.proxy("n2")]);
    const [inside, outside] = [await stage.watchInside(), stage.watchOutside()];
    const both = (endpoints: readonly Told[]) =>
      Promise.all([inside.rightWith(endpoints), outside.rightWith(endpoints)]);

    const [fromInside, fromOutside] = await both([A, B]);
    const seen = new Set([...verdictsIn(fromInside), ...verdictsIn(fromOutside)]);
    for (const verdict of TRUTH) assert.ok(seen.has(verdict), verdict);

    // A rolling update, while clients knock without a pause.
    const { web } = PLACES;
    const knocking = await Promise.all([
      stage.knock(bed.pod, `${web.clusterIP}:80`, `${NODES.n2}:${web.nodePort}`),
      stage.knock(bed.client, `${web.externalIP}:80`, `${NODES.n1}:${web.nodePort}`),
    ]);
    await order(pods1, `start ${C.ip} ${PORTS.pod}`);
    await order(pods2, `start ${D.ip} ${PORTS.pod}`);
    await tell([A, B, C, D], [A, C]);
    await both([A, B, C, D]);
    await tell([leaving(A), leaving(B), C, D], [leaving(A), C]);
    await both([C, D]);
    await order(pods1, `finish ${A.ip}`);
    await order(pods2, `finish ${B.ip}`);
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
    await stage.proxy("n1");
    const isRight = (round: Round) => wrongIn(round).length + round.failures.length === 0;
    await Promise.all([inside.until(isRight), outside.until(isRight)]);
  },
});
