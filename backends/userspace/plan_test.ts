import assert from "node:assert/strict";
import type { Change, Frontend, ServicePortView } from "../../core/mod.ts";
import { endpoint, servicePort } from "../test_views.ts";
import { ALL_ADDRESSES } from "./_loopback.ts";
import { INITIAL_STATE, planChanges, planForNode, type PlannerOptions } from "./plan.ts";
import type { UserspaceOp } from "./spec.ts";

const PLAIN: PlannerOptions = {
  manageAddresses: false,
  nodePorts: ALL_ADDRESSES,
  hasAddressIn: () => false,
  ownRanges: () => [],
  balancing: "round-robin",
  terminateRemoved: false,
};
const MANAGED: PlannerOptions = { ...PLAIN, manageAddresses: true };

const web = servicePort({
  type: "LoadBalancer",
  frontends: [
    { kind: "ClusterIP", ip: "10.96.0.10", port: 80 },
    { kind: "NodePort", port: 30080 },
    { kind: "ExternalIP", ip: "192.0.2.10", port: 80 },
  ],
  sessionAffinity: { clientIP: { timeoutSeconds: 600 } },
  endpoints: [
    endpoint("10.1.0.5:8080", { external: false }),
    endpoint("10.1.0.6:8080"),
    endpoint("10.1.0.6:8080"),
    endpoint("10.1.0.7:8080", { internal: false }),
    endpoint("10.1.0.8:8080", { internal: false, external: false }),
  ],
});

function add(now: ServicePortView): Change {
  return { type: "add", key: now.key, now };
}

function update(before: ServicePortView, now: ServicePortView): Change {
  return { type: "update", key: now.key, before, now };
}

function remove(before: ServicePortView): Change {
  return { type: "remove", key: before.key, before };
}

/** The operations that lead from some service ports to others. */
function planFrom(
  before: readonly ServicePortView[],
  changes: readonly Change[],
  options = PLAIN,
): readonly UserspaceOp[] {
  const { state } = planChanges(before.map(add), INITIAL_STATE, options);
  return planChanges(changes, state, options).ops;
}

/** An operation as `verb key (after…): because`. */
function line({ op, key, after, because }: UserspaceOp): string {
  return `${op} ${key}${after.length > 0 ? ` (${after.join(" ")})` : ""}: ${because}`;
}

function only(...frontends: Frontend[]): Partial<ServicePortView> {
  return { frontends };
}

Deno.test("a ClusterIP gets the endpoints for inside, the other frontends those for outside, each once", () => {
  const inside = ["10.1.0.5:8080", "10.1.0.6:8080"];
  const outside = ["10.1.0.6:8080", "10.1.0.7:8080"];
  const common = {
    protocol: "TCP",
    service: "default/web",
    servicePort: "default/web:http",
    policy: "round-robin",
    affinitySeconds: 600,
    sourceRanges: [],
    lingering: null,
    localClients: null,
  };
  const op = { op: "open", after: [] };
  assert.deepEqual(planFrom([], [add(web)]), [
    {
      ...op,
      key: "TCP/10.96.0.10:80",
      because: "ClusterIP of default/web:http",
      listener: {
        ...common,
        key: "TCP/10.96.0.10:80",
        ip: "10.96.0.10",
        port: 80,
        kind: "ClusterIP",
        backends: inside,
      },
    },
    {
      ...op,
      key: "TCP/0.0.0.0:30080",
      because: "NodePort of default/web:http",
      listener: {
        ...common,
        key: "TCP/0.0.0.0:30080",
        ip: "0.0.0.0",
        port: 30080,
        kind: "NodePort",
        backends: outside,
      },
    },
    {
      ...op,
      key: "TCP/192.0.2.10:80",
      because: "ExternalIP of default/web:http",
      listener: {
        ...common,
        key: "TCP/192.0.2.10:80",
        ip: "192.0.2.10",
        port: 80,
        kind: "ExternalIP",
        backends: outside,
      },
    },
  ]);
});

const a = servicePort({ service: "a", endpoints: [endpoint("10.1.0.1:80")] });
const b = servicePort({ service: "b", endpoints: [endpoint("10.1.0.2:80")] });
const moreEndpoints = { ...a, endpoints: [...a.endpoints, endpoint("10.1.0.2:80")] };
const nodePort = (name: string) =>
  servicePort({ service: name, ...only({ kind: "NodePort", port: 30080 }) });
const external = (name: string) =>
  servicePort({ service: name, ...only({ kind: "ExternalIP", ip: "192.0.2.1", port: 30080 }) });

Deno.test.each([
  {
    what: "an IPv6 node port listens on all IPv6 addresses",
    before: [],
    changes: [add(servicePort({ family: "IPv6", ...only({ kind: "NodePort", port: 30080 }) }))],
    ops: ["open TCP/[::]:30080: NodePort of default/web:http"],
  },
  {
    what: "more endpoints are one update",
    before: [a],
    changes: [update(a, moreEndpoints)],
    ops: ["update TCP/10.96.0.10:80: endpoints of default/a:http: 1 → 2"],
  },
  {
    what: "another affinity is one update",
    before: [a],
    changes: [update(a, { ...a, sessionAffinity: { clientIP: { timeoutSeconds: 5 } } })],
    ops: ["update TCP/10.96.0.10:80: settings of default/a:http"],
  },
  {
    what: "an update that no listener would notice is nothing",
    before: [a],
    changes: [
      update(a, { ...a, annotations: { x: "y" }, endpoints: [endpoint("10.1.0.1:80")] }),
    ],
    ops: [],
  },
  {
    what: "a service port that goes closes its listeners",
    before: [a],
    changes: [remove(a)],
    ops: ["close TCP/10.96.0.10:80: ClusterIP of default/a:http is gone"],
  },
  {
    what: "another port closes one socket and opens another",
    before: [a],
    changes: [update(a, { ...a, ...only({ kind: "ClusterIP", ip: "10.96.0.10", port: 81 }) })],
    ops: [
      "close TCP/10.96.0.10:80: ClusterIP of default/a:http is gone",
      "open TCP/10.96.0.10:81: ClusterIP of default/a:http",
    ],
  },
  {
    what: "a socket that passes from one service port to another is one update",
    before: [a],
    changes: [remove(a), add(b)],
    ops: ["update TCP/10.96.0.10:80: passes from default/a:http to default/b:http"],
  },
  {
    what: "so it is where the new holder comes first in the batch",
    before: [b],
    changes: [add(a), remove(b)],
    ops: ["update TCP/10.96.0.10:80: passes from default/b:http to default/a:http"],
  },
  {
    what: "an ExternalIP that is also the load balancer VIP is one listener",
    before: [],
    changes: [
      add(servicePort(only(
        { kind: "LoadBalancer", ip: "192.0.2.10", port: 80 },
        { kind: "ExternalIP", ip: "192.0.2.10", port: 80 },
      ))),
    ],
    ops: ["open TCP/192.0.2.10:80: ExternalIP of default/web:http"],
  },
  {
    what: "a socket on all addresses makes room before one on a single address opens",
    before: [nodePort("a")],
    changes: [remove(nodePort("a")), add(external("b"))],
    ops: [
      "close TCP/0.0.0.0:30080: NodePort of default/a:http is gone",
      "open TCP/192.0.2.1:30080 (TCP/0.0.0.0:30080): ExternalIP of default/b:http",
    ],
  },
  {
    what: "UDP and TCP on one address and port are two sockets",
    before: [],
    changes: [
      add(servicePort({ service: "dns", port: "tcp" })),
      add(servicePort({ service: "dns", port: "udp", protocol: "UDP" })),
    ],
    ops: [
      "open TCP/10.96.0.10:80: ClusterIP of default/dns:tcp",
      "open UDP/10.96.0.10:80: ClusterIP of default/dns:udp",
    ],
  },
  {
    what: "a UDP socket does not wait for a TCP socket on the same port",
    before: [nodePort("a")],
    changes: [
      remove(nodePort("a")),
      add({ ...external("b"), key: "default/b:http/UDP/IPv4", protocol: "UDP" }),
    ],
    ops: [
      "close TCP/0.0.0.0:30080: NodePort of default/a:http is gone",
      "open UDP/192.0.2.1:30080: ExternalIP of default/b:http",
    ],
  },
  {
    what: "SCTP is said and skipped",
    before: [],
    changes: [
      add(servicePort({ service: "sig", protocol: "SCTP" })),
      add(servicePort({ protocol: "SCTP", ...only({ kind: "NodePort", port: 30090 }) })),
    ],
    ops: [
      "unsupported unsupported/default/sig:http/SCTP/IPv4: SCTP on 10.96.0.10:80",
      "unsupported unsupported/default/web:http/SCTP/IPv4: SCTP on *:30090",
    ],
  },
  {
    what: "what was skipped needs nothing when it changes or goes",
    before: [servicePort({ protocol: "SCTP" })],
    changes: [remove(servicePort({ protocol: "SCTP" }))],
    ops: [],
  },
])("plan: $what", ({ before, changes, ops }) => {
  assert.deepEqual(planFrom(before, changes).map(line), ops);
});

Deno.test("an unsupported protocol says which service port, and what is proxied", () => {
  const [op] = planFrom([], [add(servicePort({ protocol: "SCTP" }))]);
  assert.ok(op?.op === "unsupported");
  assert.equal(op.servicePort, "default/web:http");
  assert.equal(op.reason, "the userspace backend proxies TCP, UDP and not SCTP");
});

Deno.test.each([
  {
    what: "are assigned before their first listener opens, node ports need none",
    before: [],
    changes: [add(web)],
    ops: [
      "assign-address address/10.96.0.10: first listener on it",
      "assign-address address/192.0.2.10: first listener on it",
      "open TCP/10.96.0.10:80 (address/10.96.0.10): ClusterIP of default/web:http",
      "open TCP/0.0.0.0:30080: NodePort of default/web:http",
      "open TCP/192.0.2.10:80 (address/192.0.2.10): ExternalIP of default/web:http",
    ],
  },
  {
    what: "stay while another port of the service needs them",
    before: [
      a,
      servicePort({
        service: "a",
        port: "s",
        ...only({ kind: "ClusterIP", ip: "10.96.0.10", port: 443 }),
      }),
    ],
    changes: [remove(a)],
    ops: ["close TCP/10.96.0.10:80: ClusterIP of default/a:http is gone"],
  },
  {
    what: "are released after their last listeners",
    before: [web],
    changes: [remove(web)],
    ops: [
      "close TCP/10.96.0.10:80: ClusterIP of default/web:http is gone",
      "close TCP/0.0.0.0:30080: NodePort of default/web:http is gone",
      "close TCP/192.0.2.10:80: ExternalIP of default/web:http is gone",
      "release-address address/10.96.0.10 (TCP/10.96.0.10:80): no listener is left on it",
      "release-address address/192.0.2.10 (TCP/192.0.2.10:80): no listener is left on it",
    ],
  },
  {
    what: "stay where a listener is only replaced",
    before: [a],
    changes: [update(a, { ...a, ...only({ kind: "ClusterIP", ip: "10.96.0.10", port: 81 }) })],
    ops: [
      "close TCP/10.96.0.10:80: ClusterIP of default/a:http is gone",
      "open TCP/10.96.0.10:81 (address/10.96.0.10): ClusterIP of default/a:http",
    ],
  },
])("managed addresses $what", ({ before, changes, ops }) => {
  assert.deepEqual(planFrom(before, changes, MANAGED).map(line), ops);
});

Deno.test("of two wishes for one socket the loser gets it when the winner goes", () => {
  const options = { ...PLAIN, nodePorts: () => ["192.0.2.1"] };
  const winner = nodePort("z");
  const loser = external("a");
  const first = planChanges([add(loser), add(winner)], INITIAL_STATE, options);
  assert.deepEqual(first.ops.map(line), ["open TCP/192.0.2.1:30080: NodePort of default/z:http"]);
  const second = planChanges([remove(winner)], first.state, options);
  assert.deepEqual(second.ops.map(line), [
    "update TCP/192.0.2.1:30080: passes from default/z:http to default/a:http",
  ]);
  assert.deepEqual(planChanges([remove(loser)], second.state, options).ops.map(line), [
    "close TCP/192.0.2.1:30080: ExternalIP of default/a:http is gone",
  ]);
});

Deno.test("other addresses of the node move the node ports alone, and others' wishes with them", () => {
  const on = (...ips: string[]) => ({ ...PLAIN, nodePorts: () => ips });
  const plain = only({ kind: "ClusterIP", ip: "10.96.0.10", port: 80 });
  const { state } = planChanges(
    [add(external("a")), add(nodePort("z")), add({ ...a, ...plain })],
    INITIAL_STATE,
    on("192.0.2.9"),
  );
  const moved = planForNode(on("192.0.2.1", "192.0.2.8"), state, on("192.0.2.9"));
  assert.deepEqual(moved.ops.map(line), [
    "close TCP/192.0.2.9:30080: NodePort of default/z:http is gone",
    "open TCP/192.0.2.8:30080: NodePort of default/z:http",
    "update TCP/192.0.2.1:30080: passes from default/a:http to default/z:http",
  ]);
  const gone = planChanges([remove(nodePort("z"))], moved.state, on("192.0.2.9"));
  assert.deepEqual(gone.ops.map(line), [
    "close TCP/192.0.2.8:30080: NodePort of default/z:http is gone",
    "update TCP/192.0.2.1:30080: passes from default/z:http to default/a:http",
  ]);
});

Deno.test("the plan of no change is empty and keeps the state", () => {
  const { state } = planChanges([add(web)], INITIAL_STATE, MANAGED);
  const again = planChanges([], state, MANAGED);
  assert.deepEqual(again.ops, []);
  assert.equal(again.state.claims, state.claims);
  assert.equal(again.state.addresses, state.addresses);
});
