import assert from "node:assert/strict";
import { SILENT } from "../../core/mod.ts";
import { FLAGS } from "../cli/flags.ts";
import { lex, lexiconOf } from "../cli/lex.ts";
import { readFlags } from "../cli/read_flags.ts";
import { resolve } from "../cli/resolve.ts";
import { Interrupted } from "../interrupted.ts";
import { createLog } from "../log/log.ts";
import { startApiServer } from "../simulate/api/api_server.ts";
import { fakeIo } from "../test_io.ts";
import { FakeTimers } from "../test_timers.ts";
import type { CommandContext } from "./command.ts";
import { withOwnNode } from "./own_node.ts";

const LEXICON = lexiconOf(Object.values(FLAGS));

function contextOf(line: string): CommandContext {
  const lexed = lex(line.split(" "), LEXICON);
  const form = resolve(lexed.words);
  return { form, flags: readFlags(lexed, form), io: fakeIo() };
}

/** A log, and the lines that were written to it. */
function openLines() {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { lines, log: createLog({ verbosity: 0, format: "plain", write, now: () => 0 }) };
}

async function ask(line: string, timers = new FakeTimers()) {
  const { lines, log } = openLines();
  using _ = log;
  const { flags } = await withOwnNode(contextOf(line), { nodeName: "n1", log, timers });
  return { ports: flags.nodePortAddresses, ip: flags.nodeIp, lines };
}

function nodeObject(...addresses: readonly string[]) {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    status: { addresses: addresses.map((address) => ({ type: "InternalIP", address })) },
  };
}

async function withServer(
  test: (server: string) => Promise<void>,
  ...addresses: readonly string[]
): Promise<void> {
  const server = await startApiServer({ now: () => new Date(0), log: SILENT });
  await using _ = { [Symbol.asyncDispose]: () => server.close() };
  if (addresses.length > 0) {
    const made = await fetch(`${server.url}/api/v1/nodes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(nodeObject(...addresses)),
    });
    assert.equal(made.status, 201, await made.text());
  }
  await test(server.url);
}

Deno.test("the kernel backend's address of the node is the Node's, unless it is given", async () => {
  await withServer(
    async (server) => {
      const line = `kube to-winkernel --server ${server}`;
      assert.equal((await ask(line)).ip, "192.168.1.10");
      assert.equal((await ask(`${line} --node-ip 10.0.0.5`)).ip, "10.0.0.5");
    },
    "192.168.1.10",
    "fd00::a",
  );
});

Deno.test("primary stands for the Node's addresses, and --node-ip for its family's", {
  ignore: Deno.build.os === "windows", // there the second family has none, as with kube-proxy
}, async () => {
  await withServer(
    async (server) => {
      const line = `kube to-userspace --nodeport-addresses primary --server ${server}`;
      assert.deepEqual((await ask(line)).ports, ["192.168.1.10/32", "fd00::a/128"]);
      const bound = await ask(`${line} --node-ip 10.0.0.5`);
      assert.deepEqual(bound.ports, ["10.0.0.5/32", "fd00::a/128"]);
    },
    "192.168.1.10",
    "fd00::a",
  );
});

Deno.test("a Node that is not there is not waited for with --once, and then nothing is narrowed", async () => {
  await withServer(async (server) => {
    const ports = await ask(
      `kube to-userspace --once --nodeport-addresses primary --server ${server}`,
    );
    assert.deepEqual(ports.ports.filter((each) => each.includes(".")), []);
    assert.equal((await ask(`kube to-winkernel --once --server ${server}`)).ip, null);
  });
});

Deno.test("primary can be read from a file, too", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, JSON.stringify(nodeObject("192.168.1.10")));
    const { ports } = await ask(`file to-userspace --nodeport-addresses primary --input ${path}`);
    assert.deepEqual(ports.filter((each) => each.includes(".")), ["192.168.1.10/32"]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("what need not be asked is not asked", async () => {
  const dead = "kube to-userspace --server http://127.0.0.1:1 --nodeport-addresses 10.0.0.0/8";
  assert.deepEqual((await ask(dead)).ports, ["10.0.0.0/8"]);
  assert.equal((await ask("file to-winkernel --input nowhere")).ip, null);
});

Deno.test.each([
  { line: "api to-userspace --nodeport-addresses primary", says: /does not tell of the node/ },
  { line: "kube to-userspace --nodeport-addresses primary,10.0.0.0/8", says: /must stand alone/ },
])("$line is refused", async ({ line, says }) => {
  await assert.rejects(ask(line), says);
});

Deno.test("a signal ends the waiting for a Node at once, and the program", async () => {
  await withServer(async (server) => {
    const context = contextOf(`kube to-winkernel --server ${server}`);
    const io = fakeIo();
    const { log } = openLines();
    using _ = log;
    const timers = new FakeTimers();
    const asked = withOwnNode({ ...context, io }, { nodeName: "n1", log, timers });
    asked.catch(() => {}); // looked at below
    await timers.advance(0);
    io.signal("SIGTERM");
    await assert.rejects(asked, Interrupted);
  });
});
