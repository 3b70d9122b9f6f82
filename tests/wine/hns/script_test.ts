/**
 * No PowerShell runs here, but what its script compiles can be compiled: by Mono's compiler, held to
 * the C# 5 of Windows PowerShell. Skipped where there is no `mcs` (Debian: mono-mcs).
 *
 * @module
 */
import assert from "node:assert/strict";
import { SCRIPT_LINE } from "../../../backends/hns/powershell/command.ts";

async function isThere(command: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args: ["--version"] }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const ignore = !await isThere("mcs");

Deno.test({
  name: `the C# in the PowerShell host's script compiles as C# 5, without a warning${
    ignore ? " (skipped: there is no mcs)" : ""
  }`,
  ignore,
  fn: async () => {
    const [, source] = /^Add-Type -TypeDefinition @'\n([^]*?)\n'@$/m
      .exec(atob(SCRIPT_LINE.trimEnd()).replaceAll("\r\n", "\n")) ?? [];
    assert(source !== undefined, "Cannot find the C# in the script");
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/Hcn.cs`, source);
      const args = ["-langversion:5", "-target:library", "-warnaserror"];
      const { success, stderr } = await new Deno.Command("mcs", {
        args: [...args, `-out:${folder}/Hcn.dll`, `${folder}/Hcn.cs`],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
