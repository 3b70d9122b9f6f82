import assert from "node:assert/strict";
import { join } from "node:path";
import { klogFileName } from "./file_series.ts";
import { type LogFileOptions, openLogOutput, type Severity } from "./log_output.ts";

const TIME = new Date(2026, 10, 21, 10, 53, 11).getTime();
const NAMING = {
  program: "kube-proxy.exe",
  host: "win-1.example.com",
  user: "CORP\\system",
  pid: 42,
};
const PREFIX = "kube-proxy.exe.win-1.CORP_system.log";

async function output(stderrFrom: Severity, files: Partial<LogFileOptions>) {
  const folder = await Deno.makeTempDir();
  const stderr: string[] = [];
  const clock = { now: TIME };
  const open = (more: Partial<LogFileOptions> = {}) =>
    openLogOutput({
      stderr: (line) => void stderr.push(line),
      stderrFrom,
      format: (severity, message) => `${severity} ${message}\n`,
      now: () => clock.now,
      files: {
        path: null,
        folder: null,
        maxBytes: 0,
        maxBackups: 3,
        oneOutput: false,
        skipFileHeader: true,
        naming: NAMING,
        ...files,
        ...("folder" in files ? { folder: join(folder, "logs") } : {}),
        ...("path" in files ? { path: join(folder, "logs", "proxy.log") } : {}),
        ...more,
      },
    });
  return {
    open,
    stderr,
    clock,
    logs: join(folder, "logs"),
    read: (name: string) => Deno.readTextFile(join(folder, "logs", name)),
    names: () => [...Deno.readDirSync(join(folder, "logs"))].map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("klogFileName() is klog's: program, host to its first dot, user, severity, time, process", () => {
  assert.equal(klogFileName(NAMING, "INFO", TIME), `${PREFIX}.INFO.20261121-105311.42`);
});

Deno.test("a line goes to the file of its severity and of all below; standard error from the threshold on", async () => {
  await using test = await output("error", { folder: "" });
  {
    await using out = test.open();
    out.write("i\n", "info");
    out.write("w\n", "warn");
    out.write("e\n", "error");
  }
  assert.equal(await test.read(`${PREFIX}.INFO.20261121-105311.42`), "i\nw\ne\n");
  assert.equal(await test.read(`${PREFIX}.WARNING.20261121-105311.42`), "w\ne\n");
  assert.equal(await test.read(`${PREFIX}.ERROR.20261121-105311.42`), "e\n");
  assert.deepEqual(test.stderr, ["e\n"]);
});

Deno.test("--one-output: a line goes to the file of its own severity alone", async () => {
  await using test = await output("info", { folder: "", oneOutput: true });
  {
    await using out = test.open();
    out.write("i\n", "info");
    out.write("e\n", "error");
  }
  assert.equal(await test.read(`${PREFIX}.INFO.20261121-105311.42`), "i\n");
  assert.equal(await test.read(`${PREFIX}.ERROR.20261121-105311.42`), "e\n");
  assert.deepEqual(test.stderr, ["i\n", "e\n"]);
});

Deno.test({
  name: "PROGRAM.SEVERITY leads to the newest file",
  ignore: Deno.build.os === "windows", // a privilege there
  async fn() {
    await using test = await output("error", { folder: "", maxBytes: 4 });
    await using out = test.open();
    for (const line of ["a\n", "bb\n", "cc\n"]) {
      out.write(line, "info");
      await out[Symbol.asyncDispose]();
    }
    assert.equal(await test.read("kube-proxy.exe.INFO"), "cc\n");
  },
});

Deno.test("by size and count: only the newest files stay, those of earlier runs counted", async () => {
  await using test = await output("error", { folder: "", maxBytes: 5, maxBackups: 2 });
  await Deno.mkdir(test.logs);
  for (const name of [`${PREFIX}.INFO.20250101-000000.7`, "other.log"]) {
    await Deno.writeTextFile(join(test.logs, name), "old\n");
  }
  {
    await using out = test.open();
    for (const line of ["1111\n", "2222\n", "3333\n", "4444\n"]) {
      out.write(line, "info");
      await out[Symbol.asyncDispose]();
    }
  }
  const infos = test.names().filter((name) => name.includes(".log.INFO."));
  assert.deepEqual(await Promise.all(infos.map(test.read)), ["2222\n", "3333\n", "4444\n"]);
  assert(test.names().includes("other.log"));
});

Deno.test("a file begins with the lines that klog begins it with, unless they are not wanted", async () => {
  await using test = await output("error", { folder: "", skipFileHeader: false });
  {
    await using out = test.open();
    out.write("i\n", "info");
  }
  const text = await test.read(`${PREFIX}.INFO.20261121-105311.42`);
  assert.match(
    text,
    /^Log file created at: 2026\/11\/21 10:53:11\nRunning on machine: win-1.example.com\n/,
  );
  assert.match(text, /\nLog line format: .*\ni\n$/);
});

Deno.test("--log-file goes on with what is there; full, it becomes PATH.1, and the oldest goes", async () => {
  await using test = await output("error", { path: "", maxBytes: 10, maxBackups: 2 });
  for (const line of ["1111\n", "2222\n", "3333\n", "4444\n", "5555\n", "6666\n", "7777\n"]) {
    await using out = test.open(); // a restart each time
    out.write(line, "warn");
  }
  assert.deepEqual(test.names(), ["proxy.log", "proxy.log.1", "proxy.log.2"]);
  assert.equal(await test.read("proxy.log"), "7777\n");
  assert.equal(await test.read("proxy.log.1"), "5555\n6666\n");
  assert.equal(await test.read("proxy.log.2"), "3333\n4444\n");
});

Deno.test("--log-file without backups is begun anew when it is full, as klog does", async () => {
  await using test = await output("error", { path: "", maxBytes: 6, maxBackups: 0 });
  for (const line of ["1111\n", "2222\n"]) {
    await using out = test.open();
    out.write(line, "info");
  }
  assert.deepEqual(test.names(), ["proxy.log"]);
  assert.equal(await test.read("proxy.log"), "2222\n");
});

Deno.test("a folder that cannot be made is one line on standard error, and lines still go there", async () => {
  await using test = await output("info", { folder: "" });
  await Deno.writeTextFile(test.logs, "a file, where a folder should be");
  {
    await using out = test.open();
    out.write("i\n", "info");
    out.write("i\n", "info");
  }
  assert.deepEqual(test.stderr.slice(0, 2), ["i\n", "i\n"]);
  assert.equal(test.stderr.length, 3);
  assert.match(test.stderr[2] ?? "", /^error Cannot write log file .*kube-proxy.exe.INFO: /);
});
