// What else a release consists of: the icon, the checksums, and the bundle for a plain deno.
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeBundle } from "../../deploy/exe/bundle.ts";
import { checksums } from "../../deploy/exe/checksums.ts";
import { icon } from "../../deploy/exe/icon.ts";

Deno.test("the icon is the one that its script draws", async () => {
  const file = await Deno.readFile(new URL("../../deploy/exe/windlass.ico", import.meta.url));
  assert.deepEqual(file, await icon(), "run deploy/exe/icon.ts");
});

Deno.test("checksums are those that sha256sum writes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "b.exe"), "abc");
    await Deno.writeTextFile(join(folder, "a.js"), "");
    await Deno.writeTextFile(join(folder, "SHA256SUMS"), "old");
    await Deno.mkdir(join(folder, "folder"));
    assert.equal(
      await checksums(folder),
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.js\n" +
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b.exe\n",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The ways to run a bundle here: this deno, and the Windows build under Wine where it is set up. */
function denos(): readonly string[] {
  const underWine = Deno.env.get("WINDLASS_DENO_WIN");
  return underWine === undefined ? [Deno.execPath()] : [Deno.execPath(), underWine];
}

/** The permission set for a deno: it names what only its system has. */
function setFor(deno: string): string {
  return deno === Deno.execPath() ? "windlass" : "windlass-windows";
}

Deno.test({
  name: "the bundle runs by a plain deno, with its permissions, its workers and all its parts",
  ignore: Deno.build.os === "windows", // a bundle is made where releases are made
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const bundle = join(folder, "bundle");
      await makeBundle(bundle);
      for (const deno of denos()) {
        const run = async (...args: readonly string[]): Promise<string> => {
          const { code, stdout, stderr } = await new Deno.Command(deno, {
            args: ["run", "--no-prompt", `-P=${setFor(deno)}`, "windlass.js", ...args],
            cwd: bundle,
            stdin: "null",
          }).output();
          assert.equal(code, 0, new TextDecoder().decode(stderr));
          return new TextDecoder().decode(stdout);
        };
        assert.match(await run("version"), /^windlass \d+\.\d+\.\d+ /);
        const line = ["simulate", "--duration=2s", "--services=3", "--workers=2", "-o=json"];
        const { requests, failed, misrouted } = JSON.parse(await run(...line));
        assert(requests > 0);
        assert.deepEqual({ failed, misrouted }, { failed: 0, misrouted: 0 });
        assert.match(await run("help", "kube"), /--kubeconfig/);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
