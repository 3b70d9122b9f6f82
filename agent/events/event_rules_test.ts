import assert from "node:assert/strict";
import type { ApplyResult, HnsOp, ListenerSpec, Op, UserspaceOp } from "../../backends/mod.ts";
import { EVENT_RULES, eventOf } from "./event_rules.ts";

const FAILED: ApplyResult = { ok: false, error: "Cannot listen: the port is taken", retry: true };
const DONE: ApplyResult = { ok: true };

function open(kind: ListenerSpec["kind"]): UserspaceOp {
  return {
    op: "open",
    key: "TCP/0.0.0.0:30080",
    after: [],
    because: "test",
    listener: {
      key: "TCP/0.0.0.0:30080",
      protocol: "TCP",
      ip: "0.0.0.0",
      port: 30080,
      service: "default/web",
      servicePort: "default/web:http",
      kind,
      policy: "round-robin",
      affinitySeconds: 0,
      sourceRanges: [],
      backends: [],
      lingering: null,
      localClients: null,
    },
  };
}

const UNSUPPORTED: UserspaceOp = {
  op: "unsupported",
  key: "unsupported/x",
  after: [],
  because: "SCTP",
  servicePort: "default/web",
  reason: "the userspace backend does not proxy SCTP",
};
const IGNORED: UserspaceOp = {
  op: "ignored",
  key: "ignored/default/web",
  after: [],
  because: "annotation",
  service: "default/web",
  reason: "there is no such policy",
};
const ASSIGN: UserspaceOp = {
  op: "assign-address",
  key: "address/10.96.0.10",
  after: [],
  because: "test",
  ip: "10.96.0.10",
};
const OTHER: Op = { op: "create-load-balancer", key: "lb/1", after: [], because: "test" };

Deno.test.each<{ rule: string; op: Op; result: ApplyResult; event: string | null }>([
  {
    rule: "not-supported",
    op: UNSUPPORTED,
    result: DONE,
    event: "Service default/web ServiceNotSupported Proxy",
  },
  {
    rule: "setting-ignored",
    op: IGNORED,
    result: DONE,
    event: "Service default/web ServiceSettingIgnored Proxy",
  },
  { rule: "done", op: open("NodePort"), result: DONE, event: null },
  {
    rule: "node-port-unavailable",
    op: open("NodePort"),
    result: FAILED,
    event: "Service default/web FailedToOpenNodePort Listen",
  },
  {
    rule: "address-unavailable",
    op: open("ClusterIP"),
    result: FAILED,
    event: "Service default/web FailedToBindServiceAddress Listen",
  },
  {
    rule: "address-not-assigned",
    op: ASSIGN,
    result: FAILED,
    event: "Node n1 FailedToAssignServiceAddress AssignAddress",
  },
  { rule: "failed", op: OTHER, result: FAILED, event: "Node n1 FailedToProgramService Program" },
])("rule $rule makes $event", ({ rule, op, result, event }) => {
  const outcome = { op, result, node: "n1" };
  assert.equal(EVENT_RULES.find((each) => each.when(outcome))?.name, rule);
  const made = eventOf(outcome);
  if (made === null) return assert.equal(event, null);
  const { regarding: { kind, namespace, name }, reason, action, note, type } = made;
  const object = namespace === "" ? name : `${namespace}/${name}`;
  assert.equal(`${kind} ${object} ${reason} ${action}`, event);
  assert.equal(type, "Warning");
  assert.match(note, /^Node n1: (Cannot listen|the userspace|there is no such)/);
});

Deno.test("the last rule holds always", () => {
  assert.equal(EVENT_RULES.at(-1)?.when({ op: OTHER, result: FAILED, node: "" }), true);
});

Deno.test("what HNS cannot give a Service is an event about that Service, with the rule", () => {
  const op: HnsOp = {
    op: "unsupported",
    key: "unsupported/x",
    after: [],
    because: "HNS on this node cannot give default/web all that it asks for",
    servicePort: "default/web",
    findings: [{ rule: "source-ranges", why: "HNS filters no clients" }],
    reason: "HNS filters no clients (source-ranges)",
  };
  const event = eventOf({ op, result: DONE, node: "n1" });
  assert.deepEqual(event?.regarding, { kind: "Service", namespace: "default", name: "web" });
  assert.match(event?.note ?? "", /HNS filters no clients \(source-ranges\)/);
});
