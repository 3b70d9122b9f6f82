/**
 * The address manager of Windows on the Windows build of Deno, under Wine: the calls to IP Helper by
 * FFI, with a stand-in DLL that was built from Windows' own headers; and the command lines of
 * PowerShell and netsh, with a stand-in program that notes them.
 *
 * It is left out unless WINDLASS_DENO_WIN names the command that runs it (tests/wine/setup.sh prints
 * it), and where there is no mingw to build the stand-ins.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const COMPILER = "x86_64-w64-mingw32-gcc";
const DENO = Deno.env.get("WINDLASS_DENO_WIN") ?? "";

function whyNot(): string | null {
  if (DENO === "") return "WINDLASS_DENO_WIN is not set";
  try {
    new Deno.Command(COMPILER, { args: ["--version"], stdout: "null" }).outputSync();
    return null;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `there is no ${COMPILER}`;
  }
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** The whole machine is drive Z: in Wine. */
const windows = (unix: string) => `Z:${unix.replaceAll("/", "\\")}`;

async function build(folder: string): Promise<void> {
  const flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-s"];
  for (
    const args of [
      [...flags, "-shared", "-o", `${folder}/ip_helper.dll`, path("ip_helper.c"), "-lws2_32"],
      [...flags, "-o", `${folder}/program.exe`, path("program.c")],
    ]
  ) {
    // Not under Windows' own name: Wine would take its own library for it.
    const { success, stderr } = await new Deno.Command(COMPILER, { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }
}

async function inside(step: string, folder: string): Promise<void> {
  const state = `${folder}/${step === "sweep" ? "assign" : step}.state`;
  const { code, stderr } = await new Deno.Command(DENO, {
    args: [
      "run",
      "--no-check",
      "--no-prompt",
      "--allow-all",
      windows(path("_inside.ts")),
      step,
      windows(folder),
      windows(state),
    ],
    env: { WINDLASS_STAND_IN: windows(state) },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

const why = whyNot();

Deno.test({
  name: "under Wine" + (why === null ? "" : ` (left out: ${why})`),
  ignore: why !== null,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    try {
      await build(folder);
      await t.step(
        "addresses of both families are assigned by IP Helper",
        () => inside("assign", folder),
      );
      await t.step(
        "what a crash left is swept, the node's own stays",
        () => inside("sweep", folder),
      );
      await t.step("without rights it is said so", () => inside("denied", folder));
      await t.step("an interface that is gone is waited for", () => inside("gone", folder));
      await t.step("2,000 addresses come and go", () => inside("many", folder));
      await t.step(
        "Wine's own IP Helper is refused for what it lacks",
        () => inside("wine", folder),
      );
      await t.step("PowerShell gets one encoded script", () => inside("powershell", folder));
      await t.step("netsh gets its arguments one by one", async () => {
        await inside("netsh", folder);
        const log = await Deno.readTextFile(`${folder}/netsh.state.log`);
        assert.ok(
          log.split("\n").includes(
            "interface\tipv4\tadd\taddress\tname=vEthernet (HNS Internal NIC)\t" +
              "address=10.96.0.10/32\tskipassource=true\tstore=active",
          ),
          log,
        );
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
