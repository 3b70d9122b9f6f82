import assert from "node:assert/strict";
import { emulatedHcn } from "../../../backends/hns/hcn/test_emulated_hcn.ts";
import { transportSuite } from "../../../backends/hns/hcn/test_transport_suite.ts";
import { hnsEmulator } from "../../../backends/hns/emulator/emulator.ts";
import { HOST_ARGS, HOST_ENV } from "../../../backends/hns/powershell/command.ts";
import { linesOf, startPowershell } from "../../../backends/hns/powershell/host_process.ts";
import { powershellTransport } from "../../../backends/hns/powershell/mod.ts";
import { type HostBehaviour, playHost } from "../../../backends/hns/powershell/test_host.ts";
import { NEVER } from "../../../backends/hns/test_node.ts";
import type { HcnApi } from "../../../backends/hns/hcn/calls.ts";

/** The stand-in for powershell.exe; set by `on_wine_test.ts`. */
const EXE = Deno.env.get("WINDLASS_HNS_POWERSHELL") ?? "";
const ignore = Deno.build.os !== "windows" || EXE === "";

/** Plays the host for each stand-in that connects. */
class HostServer {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #work: Promise<void>[] = [];
  readonly #accepting: Promise<void>;

  constructor(hcn: HcnApi, behaviours: readonly HostBehaviour[] = [{}]) {
    this.#accepting = (async () => {
      for await (const connection of this.#listener) {
        const behaviour = behaviours[Math.min(this.#work.length, behaviours.length - 1)];
        this.#work.push(this.#serve(connection, hcn, behaviour));
      }
    })();
  }

  start() {
    Deno.env.set("WINDLASS_HOST_PORT", String(this.#listener.addr.port));
    return startPowershell(EXE);
  }

  async close(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await Promise.all(this.#work);
  }

  async #serve(connection: Deno.TcpConn, hcn: HcnApi, behaviour?: HostBehaviour): Promise<void> {
    const writer = connection.writable.getWriter();
    const encoder = new TextEncoder();
    const lines = linesOf(connection.readable);
    const { value = "" } = await lines.next();
    const [command = "", modules] = value.split("\t");
    assert(command.endsWith(HOST_ARGS.join(" ")), command);
    assert.equal(modules, HOST_ENV["PSModulePath"]);
    const { promise: hungUp, resolve: hangUp } = Promise.withResolvers<void>();
    const play = playHost(
      hcn,
      lines,
      (line) => writer.write(encoder.encode(`${line}\r\n`)),
      behaviour,
      { complain: () => Promise.resolve(), exit: () => hangUp() },
    );
    await Promise.race([play, hungUp]);
    await writer.abort().catch(() => {}); // the stand-in may have gone first
    await play.catch(() => {}); // cut short
  }
}

transportSuite("powershell", (emulator) => {
  const server = new HostServer(emulatedHcn(emulator));
  return Promise.resolve({
    transport: powershellTransport({ start: () => server.start() }),
    close: () => server.close(),
  });
}, { ignore, hears: false, listsOneByOne: true });

Deno.test({
  name: "a powershell.exe that dies in the middle of a call is started again",
  ignore,
  fn: async () => {
    const hcn = emulatedHcn(hnsEmulator());
    const server = new HostServer(hcn, [
      { onRequest: ({ exit }) => Promise.resolve(exit(7)) },
      {},
    ]);
    let time = 0;
    const transport = powershellTransport({ start: () => server.start(), now: () => time });
    await assert.rejects(transport.version(NEVER), /exit code 7: #< CLIXML/);
    time = 60_000;
    assert.deepEqual(await transport.version(NEVER), { major: 16, minor: 0 });
    await transport.close();
    await server.close();
  },
});

Deno.test({
  name: "a powershell.exe that does not answer is killed",
  ignore,
  fn: async () => {
    const hcn = emulatedHcn(hnsEmulator());
    const server = new HostServer(hcn, [{ onRequest: () => Promise.resolve() }, {}]);
    let time = 0;
    const transport = powershellTransport({
      start: () => server.start(),
      now: () => time,
      limits: { callMs: 200 },
    });
    await assert.rejects(transport.version(NEVER), /timed-out/);
    await assert.rejects(transport.version(NEVER), /host-ended/);
    time = 60_000;
    assert.deepEqual(await transport.version(NEVER), { major: 16, minor: 0 });
    await transport.close();
    await server.close();
  },
});
