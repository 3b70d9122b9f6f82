/**
 * `windlass node` on the Windows build of Deno, on a bare Wine: everything is missing, and each is said
 * clearly; a kube-proxy that runs is seen.
 *
 * It is left out unless WINDLASS_DENO_WIN names the command that runs it (tests/wine/setup.sh prints
 * it), and where there is no mingw to build the stand-in.
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

/** The whole machine is drive Z: in Wine. */
const windows = (unix: string) => `Z:${unix.replaceAll("/", "\\")}`;

async function node(exe: string, ...args: readonly string[]) {
  const inside = fileURLToPath(new URL("_inside.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(DENO, {
    args: [
      "run",
      "--no-check",
      "--no-prompt",
      "--allow-all",
      windows(inside),
      windows(exe),
      "node",
      "--node-name=n1",
      ...args,
    ],
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

const why = whyNot();

Deno.test({
  name: "a bare Wine lacks everything, and each is said" +
    (why === null ? "" : ` (left out: ${why})`),
  ignore: why !== null,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const exe = `${folder}/kube-proxy.exe`;
      await Deno.writeTextFile(
        `${folder}/wait.c`,
        "#include <stdio.h>\nint main(void) { return getchar() == 0; }\n",
      );
      const built = await new Deno.Command(COMPILER, { args: ["-o", exe, `${folder}/wait.c`] })
        .output();
      assert.ok(built.success);
      const { code, out, err } = await node(exe, "-o", "json");
      assert.equal(code, 1, err);
      const { name, system, hns, proxies, findings } = JSON.parse(out);
      assert.equal(name, "n1");
      assert.equal(system.value.name, "Windows before Server 2016");
      assert.deepEqual([hns.state, proxies.value.length], ["failed", 1]);
      assert.match(proxies.value[0].name, /^kube-proxy\.exe$/i);
      const rules = findings.map(({ rule }: { readonly rule: string }) => rule);
      assert.deepEqual(rules, [
        "old-windows",
        "hns-unreachable",
        "other-proxy",
        "no-service-interface",
        "not-looked",
      ]);
      for (const { finding, cure } of findings) assert.ok(finding !== "" && cure !== "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
