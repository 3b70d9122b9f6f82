import assert from "node:assert/strict";
import { AffinityTables } from "./balance/affinity.ts";
import { SiblingTable } from "./balance/siblings.ts";
import { ListenerBalancer } from "./balancer.ts";
import { BALANCING_POLICIES, type ListenerSpec } from "./spec.ts";
import { spec } from "./_loopback.ts";

const NOBODY = new Set<string>();

/** Balancers of one service, which share what they remember. */
function rig() {
  const clock = { ms: 0 };
  const affinity = new AffinityTables({ now: () => clock.ms });
  const siblings = new SiblingTable();
  const balancer = (backends: readonly string[], parts: Partial<ListenerSpec> = {}) =>
    new ListenerBalancer(sticky(backends, parts), { random: () => 0, affinity, siblings });
  return { clock, affinity, siblings, balancer };
}

function sticky(backends: readonly string[], parts: Partial<ListenerSpec> = {}): ListenerSpec {
  return spec(backends, { affinitySeconds: 10, ...parts });
}

function pick(
  balancer: ListenerBalancer,
  client = "192.0.2.1",
  except: ReadonlySet<string> = NOBODY,
): string | undefined {
  return balancer.pick(client, except)?.address;
}

function some(balancer: ListenerBalancer, count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => pick(balancer));
}

const HTTP = ["10.1.0.1:80", "10.1.0.2:80", "10.1.0.3:80"];
const HTTPS = ["10.1.0.1:443", "10.1.0.2:443", "10.1.0.3:443"];

Deno.test("without affinity a client has each endpoint in turn, with it always one", () => {
  const { balancer } = rig();
  assert.deepEqual(some(balancer(HTTP, { affinitySeconds: 0 }), 4), [...HTTP, HTTP[0]]);
  assert.deepEqual(some(balancer(HTTP), 3), [HTTP[0], HTTP[0], HTTP[0]]);
});

for (const policy of BALANCING_POLICIES) {
  Deno.test(`affinity keeps a client where ${policy} led it, and leaves others alone`, () => {
    const { balancer } = rig();
    const subject = balancer(HTTP, { policy });
    const clients = Array.from({ length: 30 }, (_, i) => `192.0.2.${i}`);
    const first = clients.map((client) => pick(subject, client));
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(clients.map((client) => pick(subject, client)), first);
    }
  });
}

Deno.test("a client's time begins anew with each connection, on whichever port", () => {
  const { clock, balancer } = rig();
  const http = balancer(HTTP);
  const https = balancer(HTTPS, { key: "https" });
  pick(http, "192.0.2.9"); // so that the next turn is another endpoint's
  assert.equal(pick(http), HTTP[1]);
  clock.ms = 9_000;
  assert.equal(pick(https), HTTPS[1]);
  clock.ms = 18_000;
  assert.equal(pick(http), HTTP[1]);
  clock.ms = 28_000;
  assert.equal(pick(http), HTTP[2]);
});

Deno.test("another port of the service, and another of its addresses, leads to the same pod", () => {
  const { balancer } = rig();
  const http = balancer(HTTP);
  const nodePort = balancer(HTTP, { key: "nodePort", kind: "NodePort" });
  const https = balancer(HTTPS, { key: "https" });
  for (const client of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) {
    const address = pick(http, client);
    assert.equal(pick(https, client), address?.replace(":80", ":443"));
    assert.equal(pick(nodePort, client), address);
  }
});

Deno.test("a client in IPv4-mapped form is the same client", () => {
  const { balancer } = rig();
  const subject = balancer(HTTP);
  assert.equal(pick(subject, "::ffff:192.0.2.1"), pick(subject, "192.0.2.1"));
});

Deno.test("another service has its own mind", () => {
  const { balancer } = rig();
  assert.equal(pick(balancer(HTTP)), HTTP[0]);
  assert.equal(pick(balancer(HTTP.slice(1), { service: "default/other" })), HTTP[1]);
});

Deno.test("clients of endpoints that stay are not disturbed, those of one that leaves move once", () => {
  const { balancer } = rig();
  const subject = balancer(HTTP);
  const clients = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
  assert.deepEqual(clients.map((client) => pick(subject, client)), HTTP);
  subject.update(sticky([...HTTP.slice(1), "10.1.0.4:80"]));
  const [moved = "", ...stayed] = clients.map((client) => pick(subject, client));
  assert.deepEqual(stayed, HTTP.slice(1));
  assert.notEqual(moved, HTTP[0]);
  subject.update(sticky([...HTTP, "10.1.0.4:80"]));
  assert.equal(pick(subject, clients[0]), moved); // it does not go back
});

Deno.test("an endpoint that failed is given up, on every port", () => {
  const { balancer } = rig();
  const http = balancer(HTTP);
  const https = balancer(HTTPS, { key: "https" });
  assert.deepEqual([pick(http), pick(https)], [HTTP[0], HTTPS[0]]);
  assert.equal(pick(http, "192.0.2.1", new Set([HTTP[0] ?? ""])), HTTP[1]);
  assert.equal(pick(http), HTTP[1]);
  assert.equal(pick(https), HTTPS[1]);
});

Deno.test("where all endpoints failed there is none", () => {
  const { balancer } = rig();
  const subject = balancer(HTTP);
  pick(subject);
  assert.equal(pick(subject, "192.0.2.1", new Set(HTTP)), undefined);
});

Deno.test("ports that have no pod in common do not drive each other's clients about", () => {
  const { balancer } = rig();
  const http = balancer(["10.1.0.1:80", "10.1.0.2:80"]);
  const admin = balancer(["10.1.0.8:90", "10.1.0.9:90"], { key: "admin" });
  const first = [pick(http), pick(admin)];
  for (let i = 0; i < 3; i++) assert.deepEqual([pick(http), pick(admin)], first);
});

Deno.test("of a pod with two endpoints on one port a client stays with its own", () => {
  const { balancer } = rig();
  const subject = balancer(["10.1.0.1:80", "10.1.0.1:81"]);
  assert.equal(pick(subject, "192.0.2.1"), "10.1.0.1:80");
  assert.equal(pick(subject, "192.0.2.2"), "10.1.0.1:81");
  assert.equal(pick(subject, "192.0.2.1"), "10.1.0.1:80");
  assert.equal(pick(subject, "192.0.2.2"), "10.1.0.1:81");
});

Deno.test("affinity can be switched on, changed and off, with the listener open", () => {
  const { clock, affinity, balancer } = rig();
  const subject = balancer(HTTP, { affinitySeconds: 0 });
  pick(subject);
  subject.update(sticky(HTTP));
  assert.deepEqual(some(subject, 2), [HTTP[1], HTTP[1]]);
  clock.ms = 12_000;
  subject.update(sticky(HTTP, { affinitySeconds: 20 }));
  assert.equal(pick(subject), HTTP[1]);
  subject.update(sticky(HTTP, { affinitySeconds: 0 }));
  assert.equal(affinity.size, 0);
  assert.deepEqual(some(subject, 2), [HTTP[2], HTTP[0]]);
});

Deno.test("a listener that passes to another service leaves the first one's memory behind", () => {
  const { affinity, balancer } = rig();
  const subject = balancer(HTTP);
  pick(subject);
  subject.update(sticky(HTTP, { service: "default/other", servicePort: "default/other" }));
  assert.equal(affinity.size, 1);
  assert.equal(pick(subject), HTTP[1]);
  subject.close();
  subject.close();
  assert.equal(affinity.size, 0);
  assert.equal(pick(subject), HTTP[2]); // a dial that was under way still finds an endpoint
});

Deno.test("another policy is taken up in place, and what is known of endpoints stays", () => {
  const { balancer } = rig();
  const subject = balancer(HTTP, { affinitySeconds: 0 });
  const known = HTTP.map((address) => subject.endpoint(address));
  for (const [index, backend] of known.entries()) {
    assert.ok(backend);
    backend.active = 5 - index;
  }
  subject.update(sticky(HTTP, { affinitySeconds: 0, policy: "least-connections" }));
  assert.deepEqual(some(subject, 2), [HTTP[2], HTTP[2]]);
  assert.deepEqual(HTTP.map((address) => subject.endpoint(address)), known);
});

Deno.test("source ranges are taken up in place", () => {
  const { balancer } = rig();
  const subject = balancer(HTTP);
  assert.ok(subject.allows("192.0.2.1"));
  subject.update(sticky(HTTP, { sourceRanges: ["198.51.100.0/24"] }));
  assert.deepEqual(["192.0.2.1", "198.51.100.1"].map((ip) => subject.allows(ip)), [false, true]);
});

Deno.test("a pod that one listener may not use any more stays the client's for the others", () => {
  const { balancer } = rig();
  const clusterIp = balancer(HTTP);
  const nodePort = balancer(HTTP, { key: "nodePort" });
  assert.deepEqual([pick(clusterIp), pick(nodePort)], [HTTP[0], HTTP[0]]);
  nodePort.update(sticky(HTTP.slice(1), { key: "nodePort" }));
  const other = pick(nodePort);
  assert.notEqual(other, HTTP[0]);
  assert.equal(pick(clusterIp), HTTP[0]);
  assert.equal(pick(nodePort), other);
});

Deno.test("a pod that cannot be reached through one listener is given up for all", () => {
  const { balancer } = rig();
  const clusterIp = balancer(HTTP);
  const nodePort = balancer(HTTP, { key: "nodePort" });
  assert.deepEqual([pick(clusterIp), pick(nodePort)], [HTTP[0], HTTP[0]]);
  const other = pick(nodePort, "192.0.2.1", new Set(HTTP.slice(0, 1)));
  assert.notEqual(other, HTTP[0]);
  assert.equal(pick(clusterIp), other);
});

Deno.test("the load of an endpoint counts through all listeners of the service, until they leave it", () => {
  const { balancer, siblings } = rig();
  const plain = { policy: "least-connections", affinitySeconds: 0 } as const;
  const take = (subject: ListenerBalancer) => {
    const backend = subject.pick("192.0.2.1", NOBODY);
    assert.ok(backend);
    backend.active++;
    return backend.address;
  };
  const clusterIp = balancer(HTTP, plain);
  const nodePort = balancer(HTTP, { ...plain, key: "nodePort" });
  const other = balancer(HTTP, { ...plain, key: "other", service: "default/other" });
  const udp = balancer(HTTP, { ...plain, key: "udp", protocol: "UDP" });
  assert.deepEqual([take(clusterIp), take(clusterIp)], [HTTP[0], HTTP[1]]);
  assert.equal(take(nodePort), HTTP[2], "it has the fewest of the service");
  assert.deepEqual([take(other), take(udp)], [HTTP[0], HTTP[0]], "of another service, of flows");
  clusterIp.update(sticky(HTTP, { ...plain, service: "default/other" }));
  assert.equal(take(nodePort), HTTP[0], "its own connections alone are on the third");
  for (const each of [clusterIp, nodePort, other, udp]) each.close();
  assert.equal(siblings.size, 0);
});

const NODE = "198.51.100.1";
const [LOCAL = ""] = HTTP;

/** A listener that leads everybody to one endpoint, and the node's own clients to all. */
function forNode(parts: Partial<ListenerSpec> = {}): ListenerSpec {
  const localClients = { ranges: [`${NODE}/32`], backends: HTTP };
  return sticky([LOCAL], { affinitySeconds: 0, localClients, ...parts });
}

Deno.test("clients on the node have endpoints of their own, others do not have those", () => {
  const { balancer } = rig();
  const subject = balancer([], forNode());
  const turns = (client: string) => HTTP.map(() => pick(subject, client));
  assert.deepEqual(turns(NODE).sort(), HTTP);
  assert.deepEqual(turns(`::ffff:${NODE}`).sort(), HTTP);
  assert.deepEqual(turns("192.0.2.1"), HTTP.map(() => LOCAL));
  subject.update(forNode({ backends: [] }));
  assert.deepEqual(turns("192.0.2.1"), HTTP.map(() => undefined));
  assert.deepEqual(turns(NODE).sort(), HTTP);
  subject.update(forNode({ localClients: null }));
  assert.deepEqual(turns(NODE), HTTP.map(() => LOCAL));
});

Deno.test("affinity keeps the node's clients among their endpoints, and others among theirs", () => {
  const { balancer } = rig();
  const subject = balancer([], forNode({ affinitySeconds: 10 }));
  const clusterIp = balancer(HTTP, { key: "clusterIp" });
  pick(clusterIp, "192.0.2.9"); // so that the next turn is a remote endpoint's
  for (const client of [NODE, "192.0.2.1"]) assert.notEqual(pick(clusterIp, client), LOCAL);
  assert.equal(pick(subject, NODE), pick(clusterIp, NODE));
  assert.equal(pick(subject, "192.0.2.1"), LOCAL);
});
