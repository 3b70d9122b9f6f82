/**
 * A VIP that vanishes from its interface while its listener is open, and comes back. It needs an
 * interface that nobody else uses, so it runs in a network namespace of its own: this file again, as
 * a program under `unshare`.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { userspaceBackend, type UserspaceOp } from "../../backends/mod.ts";
import { DATA_PATHS, onEachDataPath } from "./data_paths.ts";
import { connectTo, echo, exchange, tcpListener } from "./_loopback.ts";

const VIP = "192.0.2.10";

/** Why no namespace can be made here; `null` if one can. */
function whyNot(): string | null {
  if (Deno.build.os !== "linux") return "needs Linux";
  try {
    const { code, stderr } = new Deno.Command("unshare", {
      args: ["--net", "ip", "link", "set", "dev", "lo", "up"],
    }).outputSync();
    return code === 0 ? null : `cannot: ${new TextDecoder().decode(stderr).trim()}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `cannot: ${error.message}`;
  }
}

async function ip(...args: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command("ip", { args: [...args], stderr: "null" }).output();
  return success;
}

async function inside(name: string): Promise<void> {
  const dataPath = DATA_PATHS.find((each) => each.name === name);
  assert.ok(dataPath !== undefined);
  await ip("link", "set", "dev", "lo", "up");
  // A dummy interface where the kernel has them, as on a node; else lo, which is ours alone here.
  const dummy = await ip("link", "add", "vip0", "type", "dummy") &&
    await ip("link", "set", "dev", "vip0", "up");
  const device = dummy ? "vip0" : "lo";
  const put = (how: "add" | "del") => ip("address", how, `${VIP}/32`, "dev", device);
  assert.ok(await put("add"));

  await using good = echo();
  await using better = echo();
  const backend = userspaceBackend(dataPath.options);
  const { signal } = new AbortController();
  const spec = tcpListener([good.address], { ip: VIP, port: 80 });
  const apply = async (op: "open" | "update", backends: readonly string[]) => {
    const { key } = spec;
    const listener = { ...spec, backends };
    const full: UserspaceOp = { op, key, after: [], because: "test", listener };
    assert.deepEqual(await backend.apply(full, signal), { ok: true });
  };
  await apply("open", [good.address]);
  using live = await connectTo(spec);
  assert.equal(await exchange(live, "before"), "before");

  assert.ok(await put("del"));
  await assert.rejects(connectTo(spec), "the address is nowhere");
  await apply("update", [better.address]);

  assert.ok(await put("add"));
  using next = await connectTo(spec);
  assert.equal(await exchange(next, "after"), "after");
  assert.deepEqual([good.taken, better.taken], [1, 1], "what changed meanwhile is in force");
  assert.equal(await exchange(live, "still there"), "still there");
  const [listener] = (await backend.stats()).listeners;
  assert.equal(listener?.accepted, 2);
  assert.ok((listener?.acceptFailures ?? 0) < 10, "it has not spun meanwhile");
  await backend.close(AbortSignal.abort());
}

if (Deno.args[0] === "inside-the-namespace") {
  await inside(Deno.args[1] ?? "");
} else {
  const why = whyNot();
  const reason = why === null ? "" : ` (left out: ${why})`;
  onEachDataPath(
    `a VIP that vanishes and comes back is served as before${reason}`,
    async ({ name, permissions }) => {
      const program = fileURLToPath(import.meta.url);
      const deno = [Deno.execPath(), "run", "--no-check", "--no-prompt", "--quiet", "--allow-net"];
      const args = [...deno, "--allow-run=ip", ...permissions, program];
      const { code, stderr } = await new Deno.Command("unshare", {
        args: ["--net", ...args, "inside-the-namespace", name],
        stdout: "null",
        stderr: "piped",
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    },
    { ignore: why !== null },
  );
}
