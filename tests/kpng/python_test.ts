// Python's grpcio as a foreign peer of our server and of our client, with and without TLS.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TextLineStream } from "../lines.ts";
import type { PipelineEvent } from "../../core/mod.ts";
import { deleteOp, RESET, setOp, SYNC } from "../../proto/kpng/operations.ts";
import { modelService } from "../../proto/kpng/service_message.ts";
import { kpngLocalSource, NO_TLS, type TlsPaths } from "../../proto/mod.ts";
import { portOf, serviceJson, snapshotOf, testServer, WEB } from "./harness.ts";

const PEER = fileURLToPath(new URL("./python_peer.py", import.meta.url));
const FOLDER = fileURLToPath(new URL("./testdata", import.meta.url));

function tlsOf(side: "server" | "client"): TlsPaths {
  return {
    key: `${FOLDER}/${side}a.key`,
    crt: `${FOLDER}/${side}a.crt`,
    ca: `${FOLDER}/caa.crt`,
  };
}

/** A Python that has grpcio: Debian puts it beside its own interpreter. */
async function findPython(): Promise<string | null> {
  for (const python of ["/usr/bin/python3", "python3", "python"]) {
    try {
      const args = ["-c", "import grpc"];
      if ((await new Deno.Command(python, { args, stderr: "null" }).output()).success) {
        return python;
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

const python = await findPython();
const skipped = python === null ? " (skipped: no Python with grpcio is installed)" : "";

function peer(...args: readonly string[]) {
  const child = new Deno.Command(python ?? "", {
    args: [PEER, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reader = lines.getReader();
  return {
    async line(): Promise<string> {
      const { value } = await reader.read();
      assert.ok(value !== undefined, "the peer has ended");
      return value;
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}

const FIRST_ROUND = ["2200", "12", "12", "0a00"];

for (const secure of [false, true]) {
  const how = secure ? "over TLS" : "in plain text";
  Deno.test({
    name: `a Python client follows our server ${how}${skipped}`,
    ignore: python === null,
    async fn() {
      await using server = await testServer({ tls: secure ? tlsOf("server") : NO_TLS });
      server.put(WEB);
      const address = `127.0.0.1:${portOf(server)}`;
      const tls = secure ? [FOLDER] : [];
      await using client = peer("client", address, "/localv1.Sets/Watch", "0a026e31", "2", ...tls);
      for (const begin of FIRST_ROUND) assert.match(await client.line(), new RegExp(`^${begin}`));
      server.put(snapshotOf(serviceJson("web", "10.96.0.99")));
      const second = [await client.line(), await client.line(), await client.line()];
      assert.deepEqual(second.map((hex) => hex.slice(0, 2)), ["12", "1a", "0a"]);
      assert.equal(await client.line(), "ABORTED recv error: EOF");
    },
  });

  Deno.test({
    name: `our client follows a Python server ${how}${skipped}`,
    ignore: python === null,
    async fn() {
      const { bytes } = modelService({
        Namespace: "default",
        Name: "web",
        Type: "ClusterIP",
        IPs: { ClusterIPs: { V4: ["10.96.0.10"] }, ExternalIPs: {} },
        Ports: [{ Name: "http", Protocol: 1, Port: 80, TargetPort: 8080 }],
      });
      const messages = [
        RESET,
        setOp("ServicesSet", "default/web", bytes),
        setOp(
          "EndpointsSet",
          "default/web/web-0",
          Uint8Array.fromHex("120a0a0831302e312e302e312a0408011001"),
        ),
        deleteOp("EndpointsSet", "default/web/gone"),
      ].map((framed) => framed.subarray(5).toHex());
      await using server = peer("server", secure ? FOLDER : "-", ...messages);
      const port = Number(await server.line());
      const events: PipelineEvent[] = [];
      const abort = new AbortController();
      const source = kpngLocalSource({
        connection: {
          address: { network: "tcp", host: "127.0.0.1", port },
          tls: secure ? tlsOf("client") : NO_TLS,
        },
        nodeName: "n1",
        once: true,
      });
      await source.run({
        events: (batch) => void events.push(...batch),
        report: ({ message }) => assert.fail(message),
      }, abort.signal);
      assert.equal(await server.line(), "0a026e31");
      const [event] = events;
      assert.ok(event?.type === "view");
      const endpoints = event.services[0]?.servicePorts[0]?.endpoints ?? [];
      assert.deepEqual(endpoints.map(({ ip, port }) => `${ip}:${port}`), ["10.1.0.1:8080"]);
    },
  });
}

Deno.test("a round ends with the bytes that KPNG sends", () => {
  assert.equal(SYNC.toHex(), "00000000020a00");
  assert.equal(RESET.toHex(), "00000000022200");
});
