/**
 * A service with ports of a protocol that nobody proxies.
 */
import assert from "node:assert/strict";
import { userspaceBackend, type UserspaceOp } from "../../backends/mod.ts";
import { readObject, SILENT, startPipeline, stepPipeline } from "../../core/mod.ts";
import { onEachDataPath } from "./data_paths.ts";
import { connectTo, echo, exchange } from "./_loopback.ts";

function object(json: Parameters<typeof readObject>[0]) {
  const result = readObject(json);
  assert.ok(result.outcome === "object");
  return result.object;
}

/** The operations for a Service with TCP, SCTP and UDP on one address. */
function planned(podPort: number): readonly UserspaceOp[] {
  const ports = ["TCP", "SCTP", "UDP"].map((protocol) => {
    return { name: protocol.toLowerCase(), protocol, port: 0, targetPort: podPort };
  });
  const clusterIP = "127.0.0.1";
  const events = [
    {
      type: "list",
      kind: "Service",
      unreadable: [],
      objects: [object({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "phone" },
        // The port number that the system picks is not the API's to give.
        spec: { clusterIP, ports: ports.map((port) => ({ ...port, port: 5060 })) },
      })],
    },
    {
      type: "list",
      kind: "EndpointSlice",
      unreadable: [],
      objects: [object({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "phone-1", labels: { "kubernetes.io/service-name": "phone" } },
        addressType: "IPv4",
        ports: ports.map(({ name, protocol }) => ({ name, protocol, port: podPort })),
        endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }],
      })],
    },
  ] as const;
  const { changes } = stepPipeline(startPipeline("n1"), events);
  const backend = userspaceBackend();
  return backend.plan(changes, backend.initial).ops;
}

onEachDataPath(
  "an SCTP port is said and skipped, the others of its service are served",
  async ({ options }) => {
    await using good = echo();
    const warnings: string[] = [];
    const log = { ...SILENT, warn: (line: string) => void warnings.push(line) };
    const backend = userspaceBackend({ ...options, log });
    const { signal } = new AbortController();
    try {
      for (const op of planned(Number(good.address.split(":")[1]))) {
        // On a port that the system picks: the one of the Service may be taken here.
        const free = "listener" in op ? { ...op, listener: { ...op.listener, port: 0 } } : op;
        assert.deepEqual(await backend.apply(free, signal), { ok: true });
      }
      const { listeners } = await backend.stats();
      assert.deepEqual(listeners.map(({ key }) => key.split("/")[0]).sort(), ["TCP", "UDP"]);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /^Cannot proxy default\/phone:sctp .*SCTP/);
      const tcp = listeners.find(({ key }) => key.startsWith("TCP/"));
      assert.ok(tcp !== undefined);
      using conn = await connectTo(tcp);
      assert.equal(await exchange(conn, "hello"), "hello");
    } finally {
      await backend.close(AbortSignal.abort());
    }
  },
);
