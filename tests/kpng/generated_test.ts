// The generated code is what the .proto files say.
import assert from "node:assert/strict";
import { API_FOLDER, generate } from "./generate.ts";

async function hasProtoc(): Promise<boolean> {
  try {
    return (await new Deno.Command("protoc", { args: ["--version"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const present = await hasProtoc();

Deno.test({
  name: present
    ? "the generated code is what the .proto files say"
    : "the generated code is what the .proto files say (skipped: protoc is not installed)",
  ignore: !present,
  async fn() {
    const files = await generate();
    assert.equal(files.size, 2);
    for (const [name, text] of files) {
      assert.equal(
        await Deno.readTextFile(new URL(name, API_FOLDER)),
        text,
        `${name} is stale: deno run -A tests/kpng/generate.ts`,
      );
    }
  },
});
