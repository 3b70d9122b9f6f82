/**
 * The truth table of a cluster on real addresses: from a node, from a pod and from outside, to every
 * address of every service, before, during and after a rolling update, and after `kill -9` of a proxy.
 */
import assert from "node:assert/strict";
import type { Round } from "../../agent/probe/model.ts";
import { addressOf } from "../../core/mod.ts";
import { FAMILIES, NODES, PLACES, PORTS, type Told } from "./_cluster.ts";
import { finishPod, setStage, startPod } from "./_stage.ts";
import { podIps } from "./_testbed.ts";
import { verdictsIn, wrongIn } from "./_watcher.ts";
import { whyNoNamespaces } from "./namespaces.ts";

const [A, B] = [{ ips: podIps(1, 5), node: "n1" }, { ips: podIps(2, 5), node: "n2" }];
const [C, D] = [{ ips: podIps(1, 6), node: "n1" }, { ips: podIps(2, 6), node: "n2" }];

function leaving(endpoint: Told): Told {
  return { ...endpoint, terminating: true };
}

/** Where the things of the cluster are in a family, as text. */
function placesIn(family: number) {
  const at = (ips: readonly string[], port: number) => addressOf(ips[family] ?? "", port);
  const { web, edge, host, empty } = PLACES;
  return {
    web: at(web.clusterIPs, PORTS.service),
    webExternal: at(web.externalIPs, PORTS.service),
    webOnN1: at(NODES.n1, web.nodePort),
    webOnN2: at(NODES.n2, web.nodePort),
    edgeBalancer: at(edge.loadBalancerIPs, PORTS.service),
    edgeOnN2: at(NODES.n2, edge.nodePort),
    host: at(host.clusterIPs, PORTS.service),
    hostItself: at(NODES.n1, PORTS.host),
    empty: at(empty.clusterIPs, PORTS.service),
  };
}

const IN_FAMILIES = FAMILIES.map((_, family) => placesIn(family));

/** The cells that the truth table is about, in both families; all others must be right, too. */
const TRUTH = IN_FAMILIES.flatMap((at) => [
  // host → ClusterIP
  `n1 → web:tcp ClusterIP ${at.web} ok`,
  `n2 → web:udp ClusterIP ${at.web} ok`,
  // pod → ClusterIP, and one without endpoints
  `pod-on-n1 → web:tcp ClusterIP ${at.web} ok`,
  `pod-on-n1 → web:udp ClusterIP ${at.web} ok`,
  `pod-on-n1 → empty:tcp ClusterIP ${at.empty} ok`,
  // pod → NodePort of the own and the other node
  `pod-on-n1 → web:tcp NodePort ${at.webOnN1} ok`,
  `pod-on-n1 → web:tcp NodePort ${at.webOnN2} ok`,
  `pod-on-n1 → web:udp NodePort ${at.webOnN2} ok`,
  // pod → host port, directly and through a ClusterIP
  `pod-on-n1 → host:tcp Endpoint ${at.hostItself} ok`,
  `pod-on-n1 → host:udp ClusterIP ${at.host} ok`,
  // outside → NodePort, external IP, load balancer IP; policy Local on a node without endpoints
  `client → web:tcp NodePort ${at.webOnN1} ok`,
  `client → web:udp NodePort ${at.webOnN2} ok`,
  `client → web:udp ExternalIP ${at.webExternal} ok`,
  `client → edge:tcp LoadBalancer ${at.edgeBalancer} ok`,
  `client → edge:tcp NodePort ${at.edgeOnN2} ok`,
]);

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
    await startPod(pods1, A.ips, PORTS.pod);
    await startPod(pods2, B.ips, PORTS.pod);
    await startPod(stage.pods(bed.n1), NODES.n1, PORTS.host);
    const [first] = await Promise.all([stage.proxy("n1"), stage.proxy("n2")]);
    const [inside, outside] = [await stage.watchInside(), stage.watchOutside()];
    const both = (endpoints: readonly Told[]) =>
      Promise.all([inside.rightWith(endpoints), outside.rightWith(endpoints)]);

    const [fromInside, fromOutside] = await both([A, B]);
    const seen = new Set([...verdictsIn(fromInside), ...verdictsIn(fromOutside)]);
    for (const verdict of TRUTH) assert.ok(seen.has(verdict), verdict);

    // A rolling update, while clients knock without a pause.
    const knocking = await Promise.all([
      stage.knock(bed.pod, ...IN_FAMILIES.flatMap((at) => [at.web, at.webOnN2])),
      stage.knock(bed.client, ...IN_FAMILIES.flatMap((at) => [at.webExternal, at.webOnN1])),
    ]);
    await startPod(pods1, C.ips, PORTS.pod);
    await startPod(pods2, D.ips, PORTS.pod);
    await tell([A, B, C, D], [A, C]);
    await both([A, B, C, D]);
    await tell([leaving(A), leaving(B), C, D], [leaving(A), C]);
    await both([C, D]);
    await finishPod(pods1, A.ips);
    await finishPod(pods2, B.ips);
    await tell([C, D], [C]);
    await both([C, D]);
    for (const each of knocking) {
      await each.say("enough");
      assert.match(await each.line(/^knocked/), /"asked":[1-9]\d+,"missed":\[\]/);
    }

    // A proxy dies: what it served is gone, the other node goes on.
    await first.kill();
    const lost = (from: string) => (round: Round) => {
      const verdicts = new Set(verdictsIn(round));
      return IN_FAMILIES.every((at) => {
        return verdicts.has(`${from} → web:tcp NodePort ${at.webOnN1} wrong`);
      });
    };
    const [, gone] = await Promise.all([
      inside.until(lost("pod-on-n1")),
      outside.until(lost("client")),
    ]);
    const onN2 = (cell: string) => NODES.n2.some((ip) => cell.includes(ip));
    assert.deepEqual(wrongIn(gone).filter(onN2), []);
    await stage.proxy("n1");
    const isRight = (round: Round) => wrongIn(round).length + round.failures.length === 0;
    await Promise.all([inside.until(isRight), outside.until(isRight)]);
  },
});
