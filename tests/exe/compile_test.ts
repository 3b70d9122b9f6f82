// The exe for Windows, as `deno task compile:windows` makes it. Deno fetches the runtime for it from
// its own servers; where they cannot be reached, DENORT_BIN names a file to take in its place.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readWindowsExe } from "./_windows_exe.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const runtime = Deno.env.get("DENORT_BIN");
const ignore = runtime === undefined || !runtime.endsWith(".exe");
const why = ignore ? " (skipped: DENORT_BIN names no runtime for Windows)" : "";

interface Config {
  readonly version: string;
  readonly tasks: Readonly<Record<string, string>>;
  readonly permissions: {
    readonly "windlass-windows": {
      readonly env: { readonly allow: readonly string[] };
      readonly run: readonly string[];
      readonly sys: readonly string[];
    };
  };
}

async function config(): Promise<Config> {
  return JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))) as Config; // our own file
}

/** The arguments of a task that is one command of deno's, with another place for its output. */
async function argumentsOf(task: string, output: string): Promise<readonly string[]> {
  const [program, ...args] = ((await config()).tasks[task] ?? "").split(" ");
  assert.equal(program, "deno");
  const at = args.indexOf("--output");
  assert(at > 0, task);
  return args.toSpliced(at + 1, 1, output);
}

/** The files of the status page, without its tests. */
async function statusPage(): Promise<readonly string[]> {
  const folder = "agent/ui/page/";
  const files = await Array.fromAsync(Deno.readDir(join(ROOT, folder)), ({ name }) => name);
  assert(files.includes("index.html"));
  return files.filter((name) => !name.endsWith("_test.ts")).map((name) => folder + name);
}

Deno.test({
  name: `compile:windows makes an exe with the program, its worker and its permissions${why}`,
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "windlass.exe");
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...await argumentsOf("compile:windows", path)],
        cwd: ROOT,
        stdin: "null",
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      const exe = await readWindowsExe(path);
      assert.equal(exe.machine, 0x8664);
      assert.equal(exe.subsystem, 3);

      const { version, permissions: { "windlass-windows": windlass } } = await config();
      const { frozen } = exe;
      assert.equal(frozen.app_name, "windlass");
      assert.equal(frozen.app_version, version);
      assert.match(frozen.entrypoint_key, /mod\.ts$/);
      assert(frozen.unstable_config.features.includes("net"));
      assert.deepEqual(frozen.permissions["allow_env"], windlass.env.allow);
      assert.deepEqual(frozen.permissions["ignore_env"], []);
      assert.deepEqual(frozen.permissions["allow_run"], windlass.run);
      assert.deepEqual(frozen.permissions["allow_sys"], windlass.sys);
      assert.deepEqual(frozen.permissions["deny_import"], [], "no code from the network");
      assert.equal(frozen.permissions["prompt"], false, "nobody is asked");

      const own = exe.files.filter((file) => !file.startsWith(".deno_compile_node_modules/"));
      assert(own.some((file) => file.endsWith("mod.ts")));
      assert(own.some((file) => file.endsWith("backends/userspace/workers/worker.ts")));
      const page = await statusPage();
      assert.deepEqual(page.filter((path) => !own.some((file) => file.endsWith(path))), []);
      assert.deepEqual(own.filter((file) => /_test\.ts$|(^|\/)(tests|bench)\//.test(file)), []);
      assert(!exe.files.some((file) => file.includes("/fast-check/")), "what only tests use");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("every compile task freezes its system's permissions, and asks nobody for more", async () => {
  const { tasks } = await config();
  const compiling = Object.entries(tasks).filter(([name]) => name.startsWith("compile"));
  assert(compiling.length >= 3);
  for (const [name, command] of compiling) {
    const set = name.includes("windows") ? "windlass-windows" : "windlass";
    assert(command.includes(` -P=${set} --no-prompt --exclude-unused-npm `), name);
    assert.match(command, / --include backends\/userspace\/workers\/worker\.ts /, name);
  }
});
