import assert from "node:assert/strict";
import type { Logger } from "../../../core/mod.ts";
import { hnsEmulator } from "../emulator/emulator.ts";
import { emulatedHcn } from "../hcn/test_emulated_hcn.ts";
import { refused, transportSuite } from "../hcn/test_transport_suite.ts";
import { NEVER } from "../test_node.ts";
import type { HnsTransport } from "../transport.ts";
import { type PowershellOptions, powershellTransport } from "./mod.ts";
import { type FakeHost, fakeHost, GREETING, type HostBehaviour, replyLine } from "./test_host.ts";

transportSuite("powershell", (emulator) =>
  Promise.resolve({
    transport: powershellTransport({ start: () => fakeHost(emulatedHcn(emulator)) }),
    close: () => Promise.resolve(),
  }), { hears: false, listsOneByOne: true });

/** A transport whose hosts behave as told, one after the other; the last one goes on. */
class Rig {
  readonly started: FakeHost[] = [];
  readonly lines: string[] = [];
  readonly transport: HnsTransport;
  time = 0;

  constructor(behaviours: readonly HostBehaviour[], options: PowershellOptions = {}) {
    const hcn = emulatedHcn(hnsEmulator());
    const write = (message: string, fields = {}) =>
      void this.lines.push(`${message} ${JSON.stringify(fields)}`);
    const log: Logger = { v: () => log, info: write, warn: write, error: write };
    this.transport = powershellTransport({
      log,
      now: () => this.time,
      start: () => {
        const behaviour = behaviours[Math.min(this.started.length, behaviours.length - 1)];
        const host = fakeHost(hcn, behaviour);
        this.started.push(host);
        return host;
      },
      ...options,
    });
  }

  version(): Promise<unknown> {
    return this.transport.version(NEVER);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close();
  }
}

const VERSION = { major: 16, minor: 0 };

Deno.test("what PowerShell writes beside its replies is logged and passed over", async () => {
  await using rig = new Rig([{
    onRequest: async ({ n, write, complain, reply }) => {
      await complain("#< CLIXML");
      await write("WARNUNG: \u8302 \ufffd");
      await write('{"n":"1"}');
      await write("");
      await write(replyLine(n + 7, { hresult: 0, step: "", output: "another's", error: "" }));
      await reply();
    },
  }]);
  assert.deepEqual(await rig.version(), VERSION);
  assert.deepEqual(await rig.version(), VERSION);
  assert.equal(rig.started.length, 1);
  const noise = rig.lines.filter((line) => line.startsWith("PowerShell wrote what is no reply"));
  assert.equal(noise.length, 4);
  assert(rig.lines.some((line) => line.includes("#< CLIXML")));
});

Deno.test("replies come byte by byte, with a byte order mark and Windows' line ends, too", async () => {
  const hcn = emulatedHcn(hnsEmulator());
  const start = () => {
    const host = fakeHost(hcn);
    const bytes = new TransformStream<Uint8Array, Uint8Array>({
      start: (out) => out.enqueue(Uint8Array.from([0xef, 0xbb, 0xbf])),
      transform: (chunk, out) => {
        for (const byte of chunk) out.enqueue(Uint8Array.from(byte === 10 ? [13, 10] : [byte]));
      },
    });
    return { ...host, stdout: host.stdout.pipeThrough(bytes) };
  };
  const transport = powershellTransport({ start });
  assert.deepEqual(await transport.version(NEVER), VERSION);
  await transport.close();
});

Deno.test("a host that dies fails the call with its last words, waits, and is started again", async () => {
  const dies: HostBehaviour = {
    onRequest: async ({ complain, exit }) => {
      await complain("Add-Type : (0) : no more memory");
      exit(7);
    },
  };
  await using rig = new Rig([dies, dies, {}]);
  await assert.rejects(rig.version(), /host-ended.*exit code 7: Add-Type : \(0\) : no more memory/);
  await assert.rejects(rig.version(), /it is started again in 1 s/);
  assert.equal(rig.started.length, 1);
  rig.time = 500;
  await assert.rejects(rig.version(), /exit code 7/);
  rig.time = 1000;
  await assert.rejects(rig.version(), /it is started again in 1 s/);
  rig.time = 1500;
  assert.deepEqual(await rig.version(), VERSION);
  assert.equal(rig.started.length, 3);
});

Deno.test("a host that does not answer is ended, and the call has timed out", async () => {
  const silent: HostBehaviour = { onRequest: () => Promise.resolve() };
  await using rig = new Rig([silent, {}], { limits: { callMs: 20 } });
  await refused(rig.version(), "timed-out");
  assert.equal(rig.started[0]?.killed(), true);
  await rig.started[0]?.ended;
  rig.time = 60_000;
  assert.deepEqual(await rig.version(), VERSION);
});

Deno.test("a reply that comes after its time belongs to nobody", async () => {
  const gate = Promise.withResolvers<void>();
  const hosts: HostBehaviour[] = [{
    onRequest: async ({ write, reply }) => {
      await write(replyLine(0, { hresult: 0, step: "", output: "[]", error: "" }));
      await gate.promise;
      await reply();
    },
  }];
  await using rig = new Rig(hosts);
  const abort = new AbortController();
  const first = rig.transport.list("network", abort.signal);
  abort.abort(new Error("enough"));
  await assert.rejects(first, /enough/);
  const second = rig.version();
  gate.resolve();
  assert.deepEqual(await second, VERSION);
});

Deno.test.each<{ why: string; behaviour: HostBehaviour; says: RegExp }>([
  {
    why: "PowerShell may not compile",
    behaviour: {
      greeting: '{"refused":"language-mode","detail":"ConstrainedLanguage"}',
      exits: 3,
    },
    says: /exit code 3, because PowerShell's language mode is ConstrainedLanguage.*--hns native/,
  },
  {
    why: "it is not ready in time",
    behaviour: { greeting: "" },
    says: /host-ended.*it was not ready within 20 ms/,
  },
])("a start fails where $why", async ({ behaviour, says }) => {
  const limits = { startMs: behaviour.greeting === "" ? 20 : 60_000 };
  const rig = new Rig([behaviour, { greeting: GREETING }], { limits });
  await assert.rejects(rig.version(), says);
  rig.time = 60_000;
  assert.deepEqual(await rig.version(), VERSION);
  await rig.transport.close();
});

Deno.test("where PowerShell cannot be started, each call says so and the next one tries again", async () => {
  let tries = 0;
  let time = 0;
  const transport = powershellTransport({
    now: () => time,
    start: () => {
      tries++;
      throw new Deno.errors.NotFound("no powershell.exe");
    },
  });
  await assert.rejects(transport.version(NEVER), /Cannot start PowerShell: no powershell.exe/);
  await assert.rejects(transport.version(NEVER), /started again in/);
  time = 60_000;
  await assert.rejects(transport.version(NEVER), /Cannot start PowerShell/);
  assert.equal(tries, 2);
  await transport.close();
});

Deno.test.each([
  { what: "ends by the end of its input", behaviour: {}, killed: false },
  { what: "is ended if it does not end", behaviour: { lingers: true }, killed: true },
])("a host that is closed $what", async ({ behaviour, killed }) => {
  const rig = new Rig([behaviour], { limits: { endMs: killed ? 20 : 60_000 } });
  await rig.version();
  await rig.transport.close();
  assert.equal(rig.started[0]?.killed(), killed);
  await refused(rig.version(), "host-ended");
});

/** A child process: it needs `gc()`. */
const MANY_ANSWERS = `
import { SILENT } from ${JSON.stringify(new URL("../../../core/mod.ts", import.meta.url).href)};
import { Host } from ${JSON.stringify(new URL("./host.ts", import.meta.url).href)};
import { fakeHost } from ${JSON.stringify(new URL("./test_host.ts", import.meta.url).href)};
let n = 0;
const hcn = {
  call: () => Promise.resolve({ hresult: 0, step: "", output: \`\${n++} \`.repeat(50_000), error: "" }),
};
const host = new Host(fakeHost(hcn), { startMs: 10_000, callMs: 10_000, endMs: 1000 }, SILENT);
await host.ready();
const used = () => {
  gc();
  return Deno.memoryUsage().heapUsed;
};
const ask = () => host.ask({ op: "list", kind: "endpoint", query: "" });
await ask();
const before = used();
for (let i = 0; i < 200; i++) await ask();
console.log(used() - before < 10_000_000 ? "let go" : "kept");
await host.close();
`;

Deno.test("answers are not kept for as long as the host lives", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "--v8-flags=--expose-gc", "--ext=ts", "-"],
    cwd: new URL("../../../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Blob([MANY_ANSWERS]).stream().pipeTo(child.stdin);
  const { stdout, stderr } = await child.output();
  assert.equal(new TextDecoder().decode(stdout).trim(), "let go", new TextDecoder().decode(stderr));
});
