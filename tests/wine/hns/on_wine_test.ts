/**
 * Builds the stand-ins with mingw, and runs the tests of this folder that are for Windows by the
 * Windows build of Deno. `WINDLASS_DENO_WIN` is the command that `tests/wine/setup.sh` prints; without
 * it, or without mingw, this is skipped.
 *
 * @module
 */
import assert from "node:assert/strict";

const DENO_WIN = Deno.env.get("WINDLASS_DENO_WIN") ?? "";
const COMPILER = "x86_64-w64-mingw32-gcc";
const HERE = new URL(".", import.meta.url).pathname;

/** What is built: the file, its source, and what else the compiler is told. */
const STAND_INS = [
  { file: "computenetwork.dll", source: "computenetwork.c", args: ["-shared"] },
  { file: "old.dll", source: "computenetwork.c", args: ["-shared", "-DWITHOUT_MODIFY"] },
  { file: "powershell.exe", source: "powershell.c", args: [] },
];

async function why(): Promise<string> {
  if (Deno.build.os === "windows") return "this is Windows: run the tests themselves";
  if (DENO_WIN === "") return "WINDLASS_DENO_WIN is not set";
  try {
    await run(COMPILER, ["--version"]);
    return "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${COMPILER}`;
    throw error;
  }
}

interface Ended {
  readonly success: boolean;
  readonly text: string;
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const options = { args: [...args], env: { ...env, NO_COLOR: "1" } };
  const { success, stdout, stderr } = await new Deno.Command(command, options).output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** A path of this machine as Wine's programs have it. */
function onWine(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

const SKIPPED = await why();

Deno.test.each([
  { file: "native_windows_test.ts" },
  { file: "powershell_windows_test.ts" },
])(`the Windows build of Deno under Wine passes $file${SKIPPED && ` (skipped: ${SKIPPED})`}`, {
  ignore: SKIPPED !== "",
}, async ({ file }) => {
  const folder = await Deno.makeTempDir({ prefix: "windlass-hns-" });
  try {
    for (const { file, source, args } of STAND_INS) {
      const output = `${folder}/${file}`;
      const built = await run(COMPILER, [
        ...["-O2", "-Wall", "-Wextra", "-Werror", "-s"],
        ...args,
        ...["-o", output, `${HERE}${source}`, "-lws2_32"],
      ]);
      assert(built.success, built.text);
    }
    const { success, text } = await run(DENO_WIN, ["test", "-P=test", "--no-check", HERE + file], {
      WINDLASS_HNS_DLL: onWine(`${folder}/computenetwork.dll`),
      WINDLASS_HNS_OLD_DLL: onWine(`${folder}/old.dll`),
      WINDLASS_HNS_POWERSHELL: onWine(`${folder}/powershell.exe`),
    });
    assert(success, text);
    assert.match(text, /ok \| [1-9]\d* passed/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
