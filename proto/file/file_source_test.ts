import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { ClusterEvent } from "../../core/mod.ts";
import { SourceError, type SourceReport } from "../source.ts";
import { fileSource, type FileSourceOptions } from "./file_source.ts";

const node = (name: string) => `{"apiVersion":"v1","kind":"Node","metadata":{"name":"${name}"}}`;

/** A folder of its own for one test. */
async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A running source, and what it said so far. */
function start(
  paths: readonly string[],
  { once = false, pollMs = 3_600_000, ...more }: Partial<FileSourceOptions> = {},
) {
  const abort = new AbortController();
  const said: { nodes: string[][]; reports: SourceReport[] } = { nodes: [], reports: [] };
  let wake = Promise.withResolvers<void>();
  const heard = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const events = (batch: readonly ClusterEvent[]) => {
    for (const event of batch) {
      if (event.type === "list" && event.kind === "Node") {
        said.nodes.push(event.objects.map(({ name }) => name));
      }
    }
    heard();
  };
  const report = (each: SourceReport) => {
    said.reports.push(each);
    heard();
  };
  const done = fileSource({ paths, once, settleMs: 10, pollMs, retryMs: 10, ...more })
    .run({ events, report }, abort.signal);
  return {
    said,
    done,
    /** Waits until what was said holds. */
    async until(holds: (now: typeof said) => boolean): Promise<void> {
      while (!holds(said)) await wake.promise;
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await done;
    },
  };
}

/** Renames over a file. Windows refuses while the source is reading that file; editors try again. */
async function replace(path: string, by: string): Promise<void> {
  while (true) {
    try {
      return await Deno.rename(by, path);
    } catch (error) {
      const isBusy = error instanceof Deno.errors.PermissionDenied;
      if (Deno.build.os !== "windows" || !isBusy) throw error;
    }
  }
}

const last = (said: { nodes: string[][] }) => said.nodes.at(-1)?.join();

Deno.test("with once, the file source delivers three lists in one batch and is done", async () => {
  await using dir = await folder();
  await Deno.writeTextFile(join(dir.path, "b.yaml"), node("second"));
  await Deno.writeTextFile(join(dir.path, "a.json"), node("first"));
  await Deno.writeTextFile(join(dir.path, "c.txt"), "no input");
  await Deno.mkdir(join(dir.path, "d.yaml"));
  const batches: (readonly ClusterEvent[])[] = [];
  const reports: SourceReport[] = [];
  await fileSource({ paths: [dir.path], once: true }).run(
    { events: (batch) => batches.push(batch), report: (each) => reports.push(each) },
    AbortSignal.abort(),
  );
  assert.deepEqual(
    batches.map((batch) =>
      batch.map((event) =>
        event.type === "list" && [event.kind, event.objects.map(({ name }) => name)]
      )
    ),
    [[["Service", []], ["EndpointSlice", []], ["Node", ["first", "second"]]]],
  );
  assert.deepEqual(reports, []);
});

Deno.test("a missing file at the start is an error that says what to do", async () => {
  await using dir = await folder();
  const path = join(dir.path, "missing.yaml");
  await assert.rejects(start([path], { once: true }).done, (error) => {
    assert.ok(error instanceof SourceError);
    assert.equal(error.code, "not-found");
    assert.equal(
      error.message,
      `Cannot read "${path}": there is no such file or folder; give --input an existing path`,
    );
    return true;
  });
});

Deno.test("no path at all is an error", async () => {
  await assert.rejects(start([], { once: true }).done, /no path is given/);
});

Deno.test("a file that is written anew, and one that is renamed over it, are read again", async () => {
  await using dir = await folder();
  const path = join(dir.path, "state.yaml");
  await Deno.writeTextFile(path, node("one"));
  await using source = start([path]);
  await source.until((said) => last(said) === "one");
  await Deno.writeTextFile(path, node("two"));
  await source.until((said) => last(said) === "two");
  await Deno.writeTextFile(join(dir.path, "new"), node("three"));
  await replace(path, join(dir.path, "new"));
  await source.until((said) => last(said) === "three");
  assert.deepEqual(source.said.reports.filter(({ severity }) => severity !== "problem"), []);
});

Deno.test("a file that vanishes keeps its objects, and is read when it is back", async () => {
  await using dir = await folder();
  const path = join(dir.path, "state.yaml");
  await Deno.writeTextFile(path, node("one"));
  await using source = start([path]);
  await source.until((said) => last(said) === "one");
  await Deno.remove(path);
  await source.until(({ reports }) => reports.some(({ severity }) => severity === "trouble"));
  await Deno.writeTextFile(path, node("two"));
  await source.until(({ reports }) => reports.some(({ severity }) => severity === "recovered"));
  await source.until((said) => last(said) === "two");
  assert.deepEqual(source.said.nodes, [["one"], ["two"]]);
});

Deno.test("a folder that vanishes with its parent is read when it is back", {
  ignore: Deno.build.os === "windows", // a folder that is watched may not let itself be removed there
}, async () => {
  await using dir = await folder();
  const path = join(dir.path, "parent", "input");
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeTextFile(join(path, "a.yaml"), node("one"));
  await using source = start([path]);
  await source.until((said) => last(said) === "one");
  await Deno.remove(dirname(path), { recursive: true });
  await source.until(({ reports }) => reports.some(({ severity }) => severity === "trouble"));
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeTextFile(join(path, "a.yaml"), node("two"));
  await source.until((said) => last(said) === "two");
});

Deno.test("a file whose folder is replaced by another is read there", async () => {
  await using dir = await folder();
  const at = (name: string) => join(dir.path, name, "state.yaml");
  for (const [name, text] of [["current", node("one")], ["next", node("two")]] as const) {
    await Deno.mkdir(join(dir.path, name));
    await Deno.writeTextFile(at(name), text);
  }
  // Windows does not tell that a watched folder was renamed; there the look from time to time finds it.
  await using source = start([at("current")], Deno.build.os === "windows" ? { pollMs: 10 } : {});
  await source.until((said) => last(said) === "one");
  await Deno.rename(join(dir.path, "current"), join(dir.path, "old"));
  await Deno.rename(join(dir.path, "next"), join(dir.path, "current"));
  await source.until((said) => last(said) === "two");
});

Deno.test("what no watch notices is found by looking from time to time", async () => {
  await using dir = await folder();
  const at = (name: string) => join(dir.path, name, "far", "below", "state.yaml");
  for (const [name, text] of [["current", node("one")], ["next", node("two")]] as const) {
    await Deno.mkdir(dirname(at(name)), { recursive: true });
    await Deno.writeTextFile(at(name), text);
  }
  await using source = start([at("current")], { pollMs: 10 });
  await source.until((said) => last(said) === "one");
  await Deno.rename(join(dir.path, "current"), join(dir.path, "old"));
  await Deno.rename(join(dir.path, "next"), join(dir.path, "current"));
  await source.until((said) => last(said) === "two");
});

Deno.test("files that come to a folder and leave it bring and take their objects", async () => {
  await using dir = await folder();
  await Deno.writeTextFile(join(dir.path, "a.yaml"), node("one"));
  await using source = start([dir.path]);
  await source.until((said) => last(said) === "one");
  await Deno.writeTextFile(join(dir.path, "b.yaml"), node("two"));
  await source.until((said) => last(said) === "one,two");
  await Deno.remove(join(dir.path, "a.yaml"));
  await source.until((said) => last(said) === "two");
});

Deno.test("a mounted ConfigMap is read again when its link is swapped", {
  ignore: Deno.build.os === "windows", // making links needs a privilege there
}, async () => {
  await using dir = await folder();
  const at = (...parts: string[]) => join(dir.path, ...parts);
  await Deno.mkdir(at("..1"));
  await Deno.writeTextFile(at("..1", "state.yaml"), node("one"));
  await Deno.symlink("..1", at("..data"));
  await Deno.symlink(join("..data", "state.yaml"), at("state.yaml"));
  await using source = start([at("state.yaml")]);
  await source.until((said) => last(said) === "one");
  await Deno.mkdir(at("..2"));
  await Deno.writeTextFile(at("..2", "state.yaml"), node("two"));
  await Deno.symlink("..2", at("..data_tmp"));
  await Deno.rename(at("..data_tmp"), at("..data"));
  await Deno.remove(at("..1"), { recursive: true });
  await source.until((said) => last(said) === "two");
});

const bytes = (text: string) => () => Promise.resolve(new TextEncoder().encode(text));

Deno.test("the path - is standard input, of which the file source tells once and then waits", async () => {
  await using source = start(["-"], { standardInput: bytes(node("piped")) });
  await source.until((now) => last(now) === "piped");
  assert.deepEqual(source.said, { nodes: [["piped"]], reports: [] });
});

Deno.test("standard input and a file are put together, and the file is still read again", async () => {
  await using dir = await folder();
  const path = join(dir.path, "a.json");
  await Deno.writeTextFile(path, node("first"));
  await using source = start(["-", path], { standardInput: bytes(node("piped")) });
  await source.until((now) => last(now) === "piped,first");
  await Deno.writeTextFile(path, node("second"));
  await source.until((now) => last(now) === "piped,second");
});

Deno.test("standard input that cannot be read is an error that says why", async () => {
  const standardInput = () => Promise.reject(new Error("it is closed"));
  await assert.rejects(
    start(["-"], { standardInput }).done,
    new SourceError("unreadable", 'Cannot read "-": it is closed; make it readable for this user'),
  );
});

Deno.test("whoever stops the file source need not wait for the end of standard input", async () => {
  const standardInput = (signal: AbortSignal) =>
    new Promise<Uint8Array>((_, reject) => signal.addEventListener("abort", reject));
  await using source = start(["-"], { standardInput });
  assert.deepEqual(source.said, { nodes: [], reports: [] });
});
