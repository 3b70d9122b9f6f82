import assert from "node:assert/strict";
import { ChangeWatch } from "./change_watch.ts";
import { type Pod, type SimService, TOLD } from "./model.ts";
import { Tally } from "./tally.ts";

function serviceOf(name: string): SimService {
  const frontends = [{ kind: "ClusterIP", ip: "127.3.0.1", port: 8080 }] as const;
  return { name, frontends, pods: [], lastDeathAt: -Infinity };
}

function podOf(service: string, endpoint: string): Pod {
  const node = { name: "node-1", ip: "127.3.250.1", zone: "a", up: true, pods: 1 };
  const server = {
    endpoint,
    port: 1,
    connections: 0,
    finish: () => Promise.resolve(),
    crash: () => Promise.resolve(),
  };
  const told = TOLD.ready;
  return { name: endpoint, service, node, ip: "127.3.64.1", endpoint, server, alive: true, told };
}

/** A watch with a clock to set, and the probes that it has asked for. */
function watching() {
  const tally = new Tally("scale");
  const probes: { readonly service: string; readonly wanted: () => boolean }[] = [];
  const clock = { now: 100 };
  const watch = new ChangeWatch({
    tally,
    now: () => clock.now,
    probe: ({ name }, wanted) => probes.push({ service: name, wanted }),
  });
  return { tally, probes, clock, watch };
}

Deno.test("ChangeWatch measures from the write to the first reply, once", () => {
  const { tally, clock, watch } = watching();
  const web = serviceOf("web");
  watch.ready(web, [podOf("web", "a")]);
  clock.now = 500;
  watch.answered(web, "b", 110);
  watch.answered(web, "a", 120);
  watch.answered(web, "a", 400);
  assert.equal(tally.now.changeToTrafficMs.count, 1);
  assert.ok(Math.abs(tally.now.changeToTrafficMs.quantile(1) - 20) <= 0.2);
});

Deno.test("ChangeWatch enters a change in the scenario that made it", () => {
  const { tally, watch } = watching();
  const web = serviceOf("web");
  watch.ready(web, [podOf("web", "a")]);
  tally.begin("node-loss");
  watch.answered(web, "a", 120);
  assert.equal(tally.of("scale").changeToTrafficMs.count, 1);
  assert.equal(tally.now.changeToTrafficMs.count, 0);
});

Deno.test("ChangeWatch probes a service until its last new endpoint has answered", () => {
  const { probes, watch } = watching();
  const web = serviceOf("web");
  watch.ready(web, [podOf("web", "a")]);
  watch.ready(web, [podOf("web", "b")]);
  assert.deepEqual(probes.map(({ service }) => service), ["web"]);
  const wanted = probes[0]?.wanted ?? (() => false);
  watch.answered(web, "a", 110);
  assert.equal(wanted(), true);
  watch.answered(web, "b", 110);
  assert.equal(wanted(), false);
  watch.ready(web, [podOf("web", "c")]);
  assert.equal(probes.length, 2, "a later change is probed for anew");
});

Deno.test("ChangeWatch waits no longer for an endpoint that leaves", () => {
  const { probes, watch, tally } = watching();
  const web = serviceOf("web");
  const pod = podOf("web", "a");
  watch.ready(web, [pod]);
  pod.told = TOLD.terminating;
  assert.equal(probes[0]?.wanted(), false);
  watch.answered(web, "a", 110);
  assert.equal(tally.now.changeToTrafficMs.count, 0);
});

Deno.test("ChangeWatch probes a bounded number of services at once", () => {
  const { probes, watch } = watching();
  for (let i = 0; i < 100; i++) watch.ready(serviceOf(`s${i}`), [podOf(`s${i}`, `e${i}`)]);
  assert.equal(probes.length, 16);
});
