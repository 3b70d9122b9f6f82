import assert from "node:assert/strict";
import type { Column } from "./model.ts";
import { readColumn, readOrder } from "./read_wire.ts";

const ORDER = { services: ["default/*"], kinds: ["ClusterIP"], allNodes: false, times: 3 };

const COLUMN: Column = {
  from: "n1",
  cells: [{
    key: "default/web/TCP/IPv4 ClusterIP 10.96.0.10:80",
    name: "default/web",
    protocol: "TCP",
    family: "IPv4",
    kind: "ClusterIP",
    node: "",
    ip: "10.96.0.10",
    port: 80,
    expected: {
      answer: "one-of",
      endpoints: ["10.1.1.1:80"],
      sticky: false,
      optional: false,
      rule: "r",
    },
    sights: [{ seen: "answered", name: "web-1", ms: 3 }],
    mark: "ok",
    verdict: "right-endpoint",
    why: "an endpoint answers that should",
  }],
  leftOut: ["default/sctp: SCTP cannot be probed"],
};

Deno.test("what is sent is what is read", () => {
  assert.deepEqual(readOrder(JSON.parse(JSON.stringify(ORDER))), ORDER);
  assert.deepEqual(readColumn(JSON.parse(JSON.stringify(COLUMN))), COLUMN);
});

Deno.test.each([
  { change: { times: 0 }, says: "times is not a whole number from 1 to 100" },
  { change: { times: 1e9 }, says: "times is not a whole number from 1 to 100" },
  { change: { kinds: ["Pod"] }, says: "kinds[0] is not one of ClusterIP, " },
  { change: { services: "all" }, says: "services is not a list" },
  { change: { services: Array(1001).fill("a/b") }, says: "services is not at most 1000 patterns" },
  { change: { allNodes: 1 }, says: "allNodes is not true or false" },
])("an order is refused: $says", ({ change, says }) => {
  assert.throws(() => readOrder({ ...ORDER, ...change }), (error) => {
    return error instanceof TypeError && error.message.startsWith(says);
  });
});

Deno.test.each([
  {
    what: "control characters",
    change: { from: "\x1b[2Jn1" },
    says: /^from is not a line of text/,
  },
  { what: "no name", change: { from: "n 1" }, says: /^from is not a name/ },
  {
    what: "no address",
    change: { cells: [{ ...COLUMN.cells[0], ip: "here" }] },
    says: /^cells\[0\]\.ip is not an IP/,
  },
  {
    what: "a bell",
    change: { cells: [{ ...COLUMN.cells[0], why: "\x07" }] },
    says: /^cells\[0\]\.why is not a line/,
  },
  { what: "no cell", change: { cells: [null] }, says: /^cells\[0\] is not an object/ },
])("an agent's answer is refused: $what", ({ change, says }) => {
  assert.throws(() => readColumn({ ...COLUMN, ...change }), { name: "TypeError", message: says });
});
