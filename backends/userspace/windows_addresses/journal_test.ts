import assert from "node:assert/strict";
import { join } from "node:path";
import { fileJournal } from "./journal.ts";

async function inFolder(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "windlass", "addresses.json"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a journal gives back what was written, and is there only while there is something", async () => {
  await inFolder(async (path) => {
    const journal = fileJournal(path);
    assert.deepEqual(await journal.read(), new Map());
    const own = new Map([["vEthernet (Größe)", new Set(["10.96.0.1", "fd00::10"])]]);
    await journal.write(own);
    assert.deepEqual(await fileJournal(path).read(), own);
    await journal.write(new Map([["vEthernet (Größe)", new Set<string>()]]));
    await journal.write(new Map());
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  });
});

Deno.test.each(["", "{", "[]", '{"interfaces":{}}'])("%s is no journal", async (text) => {
  await inFolder(async (path) => {
    await fileJournal(path).write(new Map([["x", new Set(["10.96.0.1"])]]));
    await Deno.writeTextFile(path, text);
    await assert.rejects(fileJournal(path).read(), /^Error: Cannot read the journal of service/);
  });
});

Deno.test("what is no address in a journal is left out", async () => {
  await inFolder(async (path) => {
    await fileJournal(path).write(new Map([["x", new Set(["10.96.0.1"])]]));
    const odd = { interfaces: [{ name: "x", addresses: ["10.96.0.1", 7, "all"] }, null] };
    await Deno.writeTextFile(path, JSON.stringify(odd));
    assert.deepEqual((await fileJournal(path).read()).get("x"), new Set(["10.96.0.1"]));
  });
});

Deno.test("a place that cannot be written is named", async () => {
  await inFolder(async (path) => {
    await fileJournal(path).write(new Map([["x", new Set(["10.96.0.1"])]]));
    await assert.rejects(
      fileJournal(join(path, "under", "a-file.json")).write(new Map([["x", new Set(["::2"])]])),
      /Cannot write the journal of service addresses ".*a-file\.json"/,
    );
  });
});
