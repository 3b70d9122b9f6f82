import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../main.ts";
import { fakeIo } from "../test_io.ts";

/** Runs `windlass file to-print --once` and reads its log files afterwards. */
async function logged(input: string, flags: (folder: string) => readonly string[]) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "in.yaml");
    await Deno.writeTextFile(path, input);
    const io = fakeIo({ env: { USER: "me", USERNAME: "me" }, hostname: "n1.example.com" });
    const logs = join(folder, "logs");
    await Deno.mkdir(logs);
    const args = ["file", "to-print", "--once", `--input=${path}`, ...flags(logs)];
    const code = await main(args, io);
    const files = new Map<string, string>();
    for await (const { name, isFile } of Deno.readDir(logs)) {
      if (isFile) files.set(name, await Deno.readTextFile(join(logs, name)));
    }
    return { code, err: io.err(), files };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const EMPTY = "apiVersion: v1\nkind: List\nitems: []\n";

Deno.test("--log-dir keeps the log in files named as klog names them; standard error has it, too", async () => {
  const { code, err, files } = await logged(EMPTY, (folder) => [`--log-dir=${folder}`]);
  assert.equal(code, 0);
  assert.match(err, /^I1121 .* windlass:1\] "Started" /m);
  const [name] = [...files.keys()].filter((each) => each.includes(".INFO."));
  assert.match(name ?? "", /^windlass(\.exe)?\.n1\..*me\.log\.INFO\.\d{8}-\d{6}\.\d+$/);
  const text = files.get(name ?? "") ?? "";
  assert.match(text, /^Log file created at: 2026\/11\/2\d /);
  assert(text.endsWith(err), text);
});

Deno.test("--logtostderr=false leaves errors on standard error; --stderrthreshold decides which", async () => {
  const service = "apiVersion: v1\nkind: Service\nmetadata: { name: 7 }\n"; // a warning
  const flags = (folder: string) => [`--log-file=${folder}/x.log`, "--logtostderr=false"];
  const quiet = await logged(service, flags);
  assert.equal(quiet.err, "");
  assert.match(quiet.files.get("x.log") ?? "", /"Started"/);
  assert.match(quiet.files.get("x.log") ?? "", /^W1121 /m);
  const loud = await logged(service, (folder) => [...flags(folder), "--stderrthreshold=warning"]);
  assert.match(loud.err, /^W1121 /);
  assert.doesNotMatch(loud.err, /Started/);
});

Deno.test("what ends the program is in the log file as well", async () => {
  const { code, err, files } = await logged(
    "apiVersion: v1\nkind: Service\nmetadata: { name: 7 }\n",
    (folder) => [`--log-file=${folder}/x.log`, "--logtostderr=false", "--strict"],
  );
  assert.equal(code, 2);
  assert.match(err, /^windlass: Cannot accept the input because of --strict/);
  assert.match(files.get("x.log") ?? "", /^E1121 .*Cannot accept the input because of --strict/m);
});

Deno.test("JSON lines go to files as they are, without a header", async () => {
  const { files } = await logged(EMPTY, (folder) => [
    `--log-file=${folder}/x.log`,
    "--log-format=json",
  ]);
  const lines = (files.get("x.log") ?? "").trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ msg }) => msg), ["Started"]);
});

Deno.test("a bad --vmodule is bad usage", async () => {
  const { code, err } = await logged(EMPTY, () => ["--vmodule=sync"]);
  assert.equal(code, 2);
  assert.match(err, /Cannot read flag --vmodule: "sync" is not PATTERN=N/);
});
