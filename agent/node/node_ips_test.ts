import assert from "node:assert/strict";
import { type Node, readObject, SILENT } from "../../core/mod.ts";
import { startApiServer } from "../simulate/api/api_server.ts";
import { FakeLog } from "../test_fakes.ts";
import { FakeTimers } from "../test_timers.ts";
import { inOrder, nodeAddresses, nodeIps } from "./node_ips.ts";
import { getNode, waitForNodeIps } from "./wait_for_node.ts";

function node(...addresses: readonly string[]): Node {
  const result = readObject({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    status: {
      addresses: addresses.map((each) => {
        const [type, address] = each.split(" ");
        return { type, address };
      }),
    },
  });
  if (result.outcome !== "object" || result.object.kind !== "Node") throw new TypeError("no Node");
  return result.object;
}

const DUAL = [
  "Hostname n1",
  "ExternalIP 203.0.113.9",
  "InternalIP 192.168.1.10",
  "InternalIP FD00::a",
];

Deno.test("internal addresses come before external ones, in canonical text", () => {
  assert.deepEqual(nodeAddresses(node(...DUAL, "InternalIP rubbish")), [
    "192.168.1.10",
    "fd00::a",
    "203.0.113.9",
  ]);
});

Deno.test.each<{
  name: string;
  addresses: readonly string[] | null;
  bind: string;
  os: "linux" | "windows";
  primary: string;
  ips: readonly [string, string];
}>([
  {
    name: "dual stack",
    addresses: DUAL,
    bind: "",
    os: "linux",
    primary: "IPv4",
    ips: ["192.168.1.10", "fd00::a"],
  },
  {
    name: "IPv6 first",
    addresses: ["InternalIP fd00::a", "InternalIP 192.168.1.10"],
    bind: "",
    os: "linux",
    primary: "IPv6",
    ips: ["192.168.1.10", "fd00::a"],
  },
  {
    name: "dual stack on Windows",
    addresses: DUAL,
    bind: "",
    os: "windows",
    primary: "IPv4",
    ips: ["192.168.1.10", "::"],
  },
  {
    name: "one family only",
    addresses: ["InternalIP 192.168.1.10"],
    bind: "",
    os: "linux",
    primary: "IPv4",
    ips: ["192.168.1.10", "::"],
  },
  {
    name: "external only",
    addresses: ["ExternalIP 203.0.113.9"],
    bind: "",
    os: "linux",
    primary: "IPv4",
    ips: ["203.0.113.9", "::"],
  },
  {
    name: "no Node",
    addresses: null,
    bind: "",
    os: "linux",
    primary: "IPv4",
    ips: ["127.0.0.1", "::1"],
  },
  {
    name: "bind address on all",
    addresses: DUAL,
    bind: "0.0.0.0",
    os: "linux",
    primary: "IPv4",
    ips: ["192.168.1.10", "fd00::a"],
  },
  {
    name: "bind address",
    addresses: DUAL,
    bind: "10.0.0.5",
    os: "linux",
    primary: "IPv4",
    ips: ["10.0.0.5", "fd00::a"],
  },
  {
    name: "bind address of the other family",
    addresses: DUAL,
    bind: "fd00::5",
    os: "linux",
    primary: "IPv6",
    ips: ["192.168.1.10", "fd00::5"],
  },
  {
    name: "bind address of the other family on Windows",
    addresses: DUAL,
    bind: "fd00::5",
    os: "windows",
    primary: "IPv6",
    ips: ["0.0.0.0", "fd00::5"],
  },
  {
    name: "bind address without Node",
    addresses: null,
    bind: "10.0.0.5",
    os: "linux",
    primary: "IPv4",
    ips: ["10.0.0.5", "::1"],
  },
])("$name: $primary first, $ips", ({ addresses, bind, os, primary, ips }) => {
  const found = nodeIps(addresses === null ? null : node(...addresses), bind, os);
  assert.deepEqual([found.primary, found.ips.IPv4, found.ips.IPv6], [primary, ...ips]);
  assert.equal(inOrder(found)[0], primary === "IPv4" ? ips[0] : ips[1]);
});

function waiting(answers: readonly (Node | null | Error)[]) {
  const timers = new FakeTimers();
  const log = new FakeLog();
  let asked = 0;
  const stop = new AbortController();
  const found = waitForNodeIps({
    getNode() {
      const answer = answers[Math.min(asked++, answers.length - 1)] ?? null;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    bindAddress: "",
    nodeName: "n1",
    log,
    timers,
    os: "linux",
  }, stop.signal);
  return { timers, log, found, stop, asked: () => asked };
}

Deno.test("the addresses are waited for, whatever goes wrong meanwhile", async () => {
  const { timers, found, asked, log } = waiting([null, new Error("down"), node(), node(...DUAL)]);
  await timers.advance(3000);
  assert.equal((await found).ips.IPv4, "192.168.1.10");
  assert.equal(asked(), 4);
  assert.match(log.lines.join("\n"), /^info Successfully retrieved node IP/);
});

Deno.test("after half a minute it goes on with loopback, and says what to do", async () => {
  const { timers, found, log } = waiting([null]);
  await timers.advance(30_000);
  assert.equal((await found).from, "loopback");
  assert.match(
    log.lines.join("\n"),
    /^warn Cannot find the addresses of Node "n1".*--hostname-override/,
  );
  assert.equal(timers.waiting, 0);
});

Deno.test("a signal ends the waiting at once", async () => {
  const { timers, found, stop } = waiting([null]);
  await timers.advance(0);
  stop.abort();
  assert.equal((await found).from, "loopback");
  assert.equal(timers.waiting, 0);
});

Deno.test("a Node is got from an API server, or not there", async () => {
  const server = await startApiServer({ now: () => new Date(0), log: SILENT });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  const connection = {
    server: server.url,
    notes: [],
    async get(path: string, signal: AbortSignal) {
      const { status, body } = await fetch(server.url + path, { signal });
      return { status, retryAfterMs: 0, body: body ?? new Blob().stream() };
    },
    renew() {},
    close() {},
  };
  const { signal } = new AbortController();
  assert.equal(await getNode(connection, "n1", signal), null);
  const made = await fetch(`${server.url}/api/v1/nodes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n1" },
      status: { addresses: [{ type: "InternalIP", address: "192.168.1.10" }] },
    }),
  });
  assert.equal(made.status, 201, await made.text());
  assert.deepEqual(nodeAddresses(await getNode(connection, "n1", signal) ?? node()), [
    "192.168.1.10",
  ]);
});
