import assert from "node:assert/strict";
import type { Io } from "../io.ts";
import { main } from "../main.ts";
import { fakeIo } from "../test_io.ts";
import { FakeTimers } from "../test_timers.ts";
import { runAsService, withoutServiceFlag } from "./run_as_service.ts";
import type { ServiceHost } from "./service_host.ts";
import { DEAF_MS, ServiceLife } from "./service_life.ts";
import { CONTROLS, type ServiceReport } from "./service_status.ts";

/** Windows, as a program that runs as a service sees it. */
function fakeWindows() {
  const timers = new FakeTimers();
  const reports: ServiceReport[] = [];
  const events: string[] = [];
  const life = new ServiceLife({ report: (each) => reports.push(each), timers });
  const host: ServiceHost = async (program) => {
    const exitCode = await program({ life, tellFailure: (text) => void events.push(text) });
    life.ended(exitCode);
    return exitCode;
  };
  return { timers, reports, events, life, host };
}

Deno.test("a control of the service control manager ends the program in good order", async () => {
  const { life, host, reports, events } = fakeWindows();
  const heard = Promise.withResolvers<void>();
  const program = async (_: readonly string[], io: Io): Promise<number> => {
    io.onStopSignal(() => heard.resolve());
    life.control(CONTROLS.stop);
    await heard.promise;
    return 0;
  };
  assert.equal(await runAsService([], fakeIo(), program, host), 0);
  assert.deepEqual(reports.map(({ state }) => state), [
    "start-pending",
    "running",
    "stop-pending",
    "stopped",
  ]);
  assert.deepEqual(events, []);
});

Deno.test("a program that fails tells why in the event log, and Windows gets its exit code", async () => {
  const { host, reports, events } = fakeWindows();
  const args = ["file", "to-print", "--once", "--input=no-such-file.json"];
  assert.equal(await runAsService(args, fakeIo(), main, host), 2);
  assert.equal(reports.at(-1)?.exitCode, 2);
  assert.equal(events.length, 1);
  assert.match(events[0] ?? "", /^Ended with exit code 2\.[^]*no-such-file\.json/);
});

Deno.test("only the end of a long output is kept", async () => {
  const { host, events } = fakeWindows();
  const program = (_: readonly string[], io: Io): Promise<number> => {
    for (let line = 0; line < 10_000; line++) io.stderr.write(`line ${line}\n`);
    return Promise.resolve(1);
  };
  await runAsService([], fakeIo(), program, host);
  assert.match(events[0] ?? "", /line 9999\n$/);
  assert((events[0] ?? "").length < 10_000);
});

Deno.test("a program that does not hear that it must end is given up", async () => {
  const { life, timers, host, reports } = fakeWindows();
  const running = runAsService([], fakeIo(), () => new Promise(() => {}), host);
  life.control(CONTROLS.stop);
  await timers.advance(DEAF_MS);
  assert.equal(await running, 0);
  assert.equal(reports.at(-1)?.state, "stopped");
});

Deno.test.each([
  { args: ["kube", "--windows-service", "to-print"], left: ["kube", "to-print"] },
  { args: ["--windows_service=true", "--v=4"], left: ["--v=4"] },
  {
    args: ["to-exec", "--", "x", "--windows-service"],
    left: ["to-exec", "--", "x", "--windows-service"],
  },
])("the command line $args without the flag", ({ args, left }) => {
  assert.deepEqual(withoutServiceFlag(args), left);
});

Deno.test({
  name: "--windows-service anywhere but on Windows says where it works",
  ignore: Deno.build.os === "windows",
  fn: () =>
    Promise.all(
      [["--windows-service"], ["file", "to-print", "--windows-service", "--input=x"]].map(
        async (args) => {
          const io = fakeIo();
          assert.equal(await main(args, io), 1);
          assert.match(io.err(), /Windows services are there on Windows only/);
        },
      ),
    ).then(() => {}),
});
