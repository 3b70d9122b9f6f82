import assert from "node:assert/strict";
import { EventLedger } from "./event_ledger.ts";
import { type EventReport, kubeEvent } from "./event_report.ts";

const T0 = Date.UTC(2026, 0, 5, 10);
const MINUTE = 60_000;

function report(reason: string, name = "web"): EventReport {
  return {
    regarding: { kind: "Service", namespace: "default", name },
    type: "Warning",
    reason,
    action: "Listen",
    note: "Cannot",
  };
}

function ledger(): EventLedger {
  return new EventLedger({ controller: "kube-proxy", host: "n1" });
}

Deno.test("an event is as kube-proxy writes it", () => {
  assert.deepEqual(
    kubeEvent(report("A"), { controller: "kube-proxy", host: "n1" }, { at: T0, serial: 0 }),
    {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: `web.${(BigInt(T0) * 1000000n).toString(16)}`, namespace: "default" },
      eventTime: "2026-01-05T10:00:00.000000Z",
      reportingController: "kube-proxy",
      reportingInstance: "kube-proxy-n1",
      action: "Listen",
      reason: "A",
      regarding: { apiVersion: "v1", kind: "Service", namespace: "default", name: "web" },
      note: "Cannot",
      type: "Warning",
    },
  );
});

Deno.test("an event about the Node lies in namespace default", () => {
  const node: EventReport = {
    ...report("A"),
    regarding: { kind: "Node", namespace: "", name: "n1" },
  };
  const { metadata, regarding } = kubeEvent(node, { controller: "kube-proxy", host: "n1" }, {
    at: T0,
    serial: 0,
  });
  assert.equal(metadata.namespace, "default");
  assert.deepEqual(regarding, { apiVersion: "v1", kind: "Node", name: "n1" });
});

Deno.test("a note is never longer than the API server takes, and never ends within a letter", () => {
  const { note } = kubeEvent({ ...report("A"), note: "é".repeat(2000) }, {
    controller: "c",
    host: "h",
  }, { at: T0, serial: 0 });
  assert.ok(new TextEncoder().encode(note).length <= 1024);
  assert.match(note, /^é+\.\.\.$/);
});

Deno.test("the second time is told, later ones are folded and told every half hour", () => {
  const all = ledger();
  const verbs: string[] = [];
  for (let minute = 0; minute <= 62; minute++) {
    const noted = all.note(report("A"), T0 + minute * MINUTE);
    if (noted.verb === "update") verbs.push(`${minute}: ${noted.series.count}`);
    else if (noted.verb === "create") verbs.push(`${minute}: new`);
  }
  assert.deepEqual(verbs, ["0: new", "1: 2", "31: 32", "61: 62"]);
});

Deno.test("a series that is over tells its last count, and what comes then is new", () => {
  const all = ledger();
  for (const minute of [0, 1, 2]) all.note(report("A"), T0 + minute * MINUTE);
  assert.deepEqual(all.sweep(T0 + 7 * MINUTE), []);
  const [last] = all.sweep(T0 + 8 * MINUTE);
  assert.ok(last?.verb === "update");
  assert.deepEqual(last.series, { count: 3, lastObservedTime: "2026-01-05T10:02:00.000000Z" });
  assert.equal(all.open, false);
  assert.equal(all.note(report("A"), T0 + 9 * MINUTE).verb, "create");
});

Deno.test("an object has ten events at once and one more every five minutes; others are not affected", () => {
  const all = ledger();
  const verbs = Array.from({ length: 12 }, (_, n) => all.note(report(`R${n}`), T0).verb);
  assert.deepEqual([verbs.filter((verb) => verb === "create").length, verbs.at(-1)], [
    10,
    "limited",
  ]);
  assert.equal(all.note(report("A", "other"), T0).verb, "create");
  assert.equal(all.note(report("B"), T0 + 4 * MINUTE).verb, "limited");
  assert.equal(all.note(report("B"), T0 + 5 * MINUTE).verb, "create");
  assert.equal(all.note(report("C"), T0 + 5 * MINUTE).verb, "limited");
});

Deno.test("two events of one moment have names of their own", () => {
  const all = ledger();
  const names = ["A", "B"].map((reason) => {
    const noted = all.note(report(reason), T0);
    return noted.verb === "create" ? noted.event.metadata.name : "";
  });
  assert.equal(new Set(names).size, 2);
});

Deno.test("a node in trouble with all Services writes a hundred events, then one each six seconds", () => {
  const all = ledger();
  const created = (from: number, at: number) =>
    Array.from({ length: 200 }, (_, n) => all.note(report("A", `s${from + n}`), at))
      .filter(({ verb }) => verb === "create").length;
  assert.equal(created(0, T0), 100);
  assert.equal(created(200, T0 + MINUTE), 10);
});

Deno.test("a thousand series are enough", () => {
  const all = ledger();
  const verbs = Array.from(
    { length: 1101 },
    (_, n) => all.note(report("A", `s${n}`), T0 + n * MINUTE / 10).verb,
  );
  assert.equal(verbs.at(999), "create");
  assert.equal(verbs.at(1000), "limited");
});
