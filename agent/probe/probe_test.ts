// `windlass probe` against the program itself as the proxy, and the simulation's pods.
import assert from "node:assert/strict";
import { join } from "node:path";
import { freePort } from "../../backends/test_ports.ts";
import { smallWorld, type ToldService, type World } from "./_world.ts";
import type { Round } from "./model.ts";

/** Two pods behind one service, and a service without any. */
function shop(world: World) {
  const a = world.pod("127.77.1.1");
  const b = world.pod("127.77.1.2", a.port);
  const web = (...pods: readonly (typeof a)[]): ToldService => ({
    name: "web",
    clusterIP: "127.77.9.1",
    nodePort,
    endpoints: pods.map((pod) => ({ pod })),
  });
  const [nodePort, otherPort] = [freePort(), freePort()];
  const empty = { name: "empty", clusterIP: "127.77.9.2", nodePort: otherPort, endpoints: [] };
  return { a, b, web, empty, nodePort };
}

function marksOf(text: string): readonly string[] {
  const { columns }: Round = JSON.parse(text);
  return columns.flatMap(({ from, cells }) =>
    cells.map(({ name, kind, mark, verdict }) => `${from} ${name} ${kind} ${mark} ${verdict}`)
  );
}

Deno.test("a node that does what its view says has no wrong cell, over TCP and UDP", async () => {
  await using world = await smallWorld();
  const { a, b, web, empty, nodePort } = shop(world);
  for (const to of ["proxy", "probe"] as const) await world.tell(to, [web(a, b), empty]);
  await world.proxy();
  const { code, out, err } = await world.probe("default/web");
  assert.equal(err, "");
  assert.equal(code, 0, out);
  assert.equal(
    out.replaceAll(` ${nodePort}`, "").replace(/ +/g, " "),
    `SERVICE PORT PROTOCOL KIND ADDRESS n1
default/web:tcp TCP ClusterIP 127.77.9.1:8081 .
 NodePort 127.0.0.1:${nodePort} (n1) .
 Endpoint ${a.endpoint} .
 Endpoint ${b.endpoint} .
default/web:udp UDP ClusterIP 127.77.9.1:8081 .
 NodePort 127.0.0.1:${nodePort} (n1) .
 Endpoint ${a.endpoint} .
 Endpoint ${b.endpoint} .

. as the view says: 8 X wrong: 0
`,
  );
  const all = await world.probe("--times=1", "--output=json");
  assert.equal(all.code, 0, all.out);
  const names = [
    "n1 default/empty:tcp ClusterIP ok nobody-answers",
    "n1 default/empty:udp NodePort ok nobody-answers",
    "n1 default/web:tcp ClusterIP ok right-endpoint",
    "n1 default/web:udp NodePort ok right-endpoint",
  ];
  for (const name of names) assert.ok(marksOf(all.out).includes(name), name);
});

Deno.test("a proxy that follows another view is found out, cell by cell", async () => {
  await using world = await smallWorld();
  const { a, b, web, empty } = shop(world);
  await world.tell("proxy", [web(a), { ...empty, endpoints: [{ pod: a }] }]);
  await world.tell("probe", [web(b), empty]);
  await world.proxy();
  const { code, out } = await world.probe("--output=json", "--targets=clusterip,Endpoint");
  assert.equal(code, 1);
  assert.deepEqual(marksOf(out), [
    "n1 default/empty:tcp ClusterIP wrong answers-without-endpoints",
    "n1 default/empty:udp ClusterIP wrong answers-without-endpoints",
    "n1 default/web:tcp ClusterIP wrong wrong-endpoint",
    "n1 default/web:tcp Endpoint ok right-endpoint",
    "n1 default/web:udp ClusterIP wrong wrong-endpoint",
    "n1 default/web:udp Endpoint ok right-endpoint",
  ]);
  const junit = await world.probe("--output=junit", "--targets=ClusterIP", "default/web");
  assert.equal(junit.code, 1);
  assert.match(junit.out, /<testsuite name="n1" tests="2" failures="2" errors="0" skipped="0"/);
  assert.match(
    junit.out,
    /<testcase classname="default\/web:tcp TCP" name="ClusterIP 127\.77\.9\.1/,
  );
  assert.match(junit.out, /<failure message="X n1 → [^"]*an endpoint answers that should not;/);
});

Deno.test("a service that is asked for by its name and is not there is a failure; a pattern is not", async () => {
  await using world = await smallWorld();
  const { a, web } = shop(world);
  for (const to of ["proxy", "probe"] as const) await world.tell(to, [web(a)]);
  await world.proxy();
  const misspelt = await world.probe("default/wep", "default/web", "--times=1");
  assert.equal(misspelt.code, 1);
  assert.match(misspelt.out, /wrong: 0\n/, "the other one is probed all the same");
  assert.equal(
    misspelt.err,
    "windlass: Cannot probe default/wep: the source has no such Service; did you mean default/web?\n",
  );
  const none = await world.probe("shop/*", "--times=1");
  assert.deepEqual([none.code, none.err], [0, ""]);
  assert.match(none.out, /^Nothing to probe\n/);
});

Deno.test("watching shows the first round whole, then what changes", async () => {
  await using world = await smallWorld();
  const { a, b, web } = shop(world);
  for (const to of ["proxy", "probe"] as const) await world.tell(to, [web(a)]);
  await world.proxy();
  const { io, code } = world.startProbe("--watch", "--interval=10ms", "--times=1");
  await io.until(() => /wrong: 0/.test(io.out()));
  assert.match(io.out(), /Endpoint +127\.77\.1\.1:\d+ +\.\n/);
  // The prober hears of an endpoint that the proxy has not heard of: nothing is wrong with that.
  await world.tell("probe", [web(a, b)]);
  await io.until(() => /\+ \. n1 → default\/web:udp UDP Endpoint 127\.77\.1\.2/.test(io.out()));
  await b.crash();
  await io.until(() => /\. → X n1 → default\/web:tcp TCP Endpoint 127\.77\.1\.2/.test(io.out()));
  io.signal("SIGTERM");
  assert.equal(await code, 1, "a round was wrong");
});

Deno.test("an agent probes its own view, and its cells stand in a column of their own", async () => {
  await using world = await smallWorld();
  const { a, b, web } = shop(world);
  for (const to of ["proxy", "probe"] as const) await world.tell(to, [web(a, b)]);
  await world.proxy();
  const token = join(world.folder, "token");
  await Deno.writeTextFile(token, "0123456789abcdef\n");
  const agent = world.startProbe("--serve=127.0.0.1:0", "--from=other", `--token-file=${token}`);
  await agent.io.until((io) => /Probing for those/.test(io.err()));
  const port = /address="127\.0\.0\.1:(\d+)"/.exec(agent.io.err())?.[1];
  const args = [`--agents=127.0.0.1:${port}`, "--times=1"];
  const { code, out } = await world.probe(...args, `--token-file=${token}`);
  assert.equal(code, 0, out);
  assert.match(out, /ADDRESS +n1 +other\n/);
  assert.match(out, /ClusterIP +127\.77\.9\.1:8081 +\. +\.\n/);
  const stranger = await world.probe(...args);
  assert.equal(stranger.code, 1);
  assert.match(
    stranger.out,
    /Agent 127\.0\.0\.1:\d+: it answers 401: the token is missing or wrong/,
  );
  agent.io.signal("SIGTERM");
  assert.equal(await agent.code, 0);
  const gone = await world.probe(...args);
  assert.match(gone.out, /Agent 127\.0\.0\.1:\d+: it cannot be asked: /);
});

Deno.test.each([
  { args: ["web"], says: '"web" is not NAMESPACE/NAME' },
  { args: ["--targets=Pod"], says: '--targets: "Pod" is not one of ClusterIP, NodePort' },
  { args: ["--serve=0.0.0.0:0"], says: "others could reach it; give --token-file" },
  { args: ["--serve=localhost"], says: '--serve: "localhost" is not an IP address' },
  { args: ["--serve=127.0.0.1:0", "--token-file=/nowhere/token"], says: "flag --token-file: " },
  { args: ["--agents=ftp://a"], says: "--agents: " },
  { args: ["--client-ip=me"], says: '--client-ip: "me" is not an IP address' },
  { args: ["--watch", "--output=junit"], says: "JUnit has one result" },
])("probe $args is refused: $says", async ({ args, says }) => {
  await using world = await smallWorld();
  const { code, err } = await world.probe(...args);
  assert.equal(code, 2);
  assert.ok(err.includes(says), err);
});
