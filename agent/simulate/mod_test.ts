import assert from "node:assert/strict";
import { OutputClosed } from "../io.ts";
import { DEFAULT_OPTIONS, simulate, type SimulateIo, type SimulateOptions } from "./mod.ts";

const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?1049l";

const QUICK: SimulateOptions = {
  ...DEFAULT_OPTIONS,
  services: 2,
  podsPerService: 1,
  nodes: 1,
  connections: 4,
  durationMs: 1200,
  scenario: "steady",
};

/** A world that remembers what was written. */
function world({ terminal = false, env = {} as Readonly<Record<string, string>> } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const outputOf = (written: string[]) => ({
    isTerminal: terminal,
    size: () => terminal ? { columns: 80, rows: 24 } : null,
    write: (text: string) => void written.push(text),
  });
  const io: SimulateIo = {
    stdout: outputOf(out),
    stderr: outputOf(err),
    env: (name) => env[name],
  };
  return { io, out: () => out.join(""), err: () => err.join("") };
}

const { signal } = new AbortController();

Deno.test("simulate in a pipe prints a line a second and a summary, and answers 0", async () => {
  const { io, out, err } = world();
  assert.equal(await simulate(QUICK, io, signal), 0);
  const lines = out().split("\n");
  assert.match(lines[0] ?? "", /^ +1\.\d s {2}steady .* failed 0 {2}misrouted 0 {2}cut 0$/);
  assert.match(out(), /^OK: /m);
  assert.ok(!out().includes("\x1b"), "no control characters in a pipe");
  assert.equal(err(), "");
});

Deno.test("simulate -o json prints one document and nothing else", async () => {
  const { io, out, err } = world({ terminal: true });
  assert.equal(await simulate({ ...QUICK, output: "json", durationMs: 200 }, io, signal), 0);
  const report: unknown = JSON.parse(out());
  assert.ok(typeof report === "object" && report !== null && "scenarios" in report);
  assert.ok("failed" in report && report.failed === 0);
  assert.equal(err(), "");
});

Deno.test("simulate on a terminal draws a picture, gives the screen back, then sums up", async () => {
  const { io, out } = world({ terminal: true });
  assert.equal(await simulate({ ...QUICK, durationMs: 500 }, io, signal), 0);
  assert.ok(out().startsWith(ENTER));
  const [picture = "", after = ""] = out().split(LEAVE);
  assert.match(picture, /CLUSTER-IP/);
  assert.ok(after.includes("\x1b[32mOK\x1b[39m: "), "in green");
});

Deno.test("simulate honours NO_COLOR", async () => {
  const { io, out } = world({ terminal: true, env: { NO_COLOR: "1" } });
  await simulate({ ...QUICK, durationMs: 300 }, io, signal);
  assert.ok(out().includes("OK: ") && !out().includes("\x1b[32m"));
});

Deno.test("simulate gives the screen back as soon as it is told to end, and answers 130", async () => {
  const stop = new AbortController();
  const { io, out } = world({ terminal: true });
  const { stdout } = io;
  let leftAt = -1;
  const watched = {
    ...stdout,
    write(text: string) {
      stdout.write(text);
      if (text.includes("CLUSTER-IP") && !stop.signal.aborted) {
        stop.abort();
        leftAt = out().indexOf(LEAVE);
      }
    },
  };
  const code = await simulate(
    { ...QUICK, durationMs: 60_000 },
    { ...io, stdout: watched },
    stop.signal,
  );
  assert.equal(code, 130);
  assert.ok(leftAt > 0, "at once");
  assert.match(out(), /\(ended early\)/);
});

Deno.test("simulate refuses what it cannot simulate, and says why", async () => {
  const { io, out } = world();
  const refused = { name: "UsageError", message: /^Cannot simulate with --nodes 0: / };
  await assert.rejects(simulate({ ...QUICK, nodes: 0 }, io, signal), refused);
  assert.equal(out(), "");
});

Deno.test("simulate ends, and leaves nothing behind, when nobody reads it any more", async () => {
  const { io } = world();
  const write = (): never => {
    throw new OutputClosed("Cannot write: the reader of the output has gone");
  };
  const closed = { ...io, stdout: { ...io.stdout, write } };
  await assert.rejects(simulate({ ...QUICK, durationMs: 60_000 }, closed, signal), OutputClosed);
});
