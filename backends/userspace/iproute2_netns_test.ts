import assert from "node:assert/strict";

/**
 * The real thing needs an interface to put addresses on, so it runs in a network namespace of its
 * own, where it can hurt nobody: this file again, as a program under `unshare`.
 */
const INSIDE = "inside-the-namespace";

/** Why no namespace can be made here; `null` if one can. */
function whyNot(): string | null {
  if (Deno.build.os !== "linux") return "needs Linux";
  try {
    const { code, stderr } = new Deno.Command("unshare", {
      args: ["--net", "ip", "link", "set", "dev", "lo", "up"],
    }).outputSync();
    return code === 0 ? null : `cannot: ${new TextDecoder().decode(stderr).trim()}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) {
      throw error;
    }
    return `cannot: ${error.message}`;
  }
}

async function inside(): Promise<void> {
  const { openIproute2 } = await import("./iproute2.ts");
  const { runPlatformIp } = await import("./iproute2_command.ts");
  const { signal } = new AbortController();
  const ip = (...args: string[]) => runPlatformIp(args, { signal });
  const open = async () => {
    const opened = await openIproute2({ device: "lo" }, signal);
    assert.ok(opened.ok, opened.ok ? "" : opened.error);
    return opened.manager;
  };
  const bind = (hostname: string) => Deno.listen({ hostname, port: 0 }).close();
  const cannotBind = (hostname: string) => {
    assert.throws(() => bind(hostname), Deno.errors.AddrNotAvailable, hostname);
  };
  const done = (result: { readonly ok: boolean }) => assert.deepEqual(result, { ok: true });

  await ip("link", "set", "dev", "lo", "up");
  await ip("address", "add", "192.0.2.7/32", "dev", "lo");
  const crashed = await open();
  cannotBind("10.96.0.10");
  for (const address of ["10.96.0.10", "10.96.0.10", "10.96.0.11", "fd00::10", "192.0.2.7"]) {
    done(await crashed.assign(address, signal));
    bind(address);
  }
  done(await crashed.release("10.96.0.11", signal));
  cannotBind("10.96.0.11");
  done(await crashed.release("192.0.2.7", signal));
  bind("192.0.2.7");

  const next = await open();
  for (const address of ["10.96.0.10", "fd00::10"]) cannotBind(address);
  for (const address of ["127.0.0.1", "192.0.2.7"]) bind(address);
  for (const address of ["10.96.0.10", "fd00::10"]) {
    done(await next.assign(address, signal));
    bind(address);
    await ip("address", "flush", "dev", "lo", "to", address);
    done(await next.release(address, signal));
  }
  const made = await openIproute2({ device: "windlass0", create: true }, signal);
  if (made.ok) {
    done(await made.manager.assign("10.96.0.10", signal));
    bind("10.96.0.10");
  } else {
    assert.match(made.error, /"ip link add windlass0 type dummy" ended .*; this kernel has none/);
  }
}

if (Deno.args[0] === INSIDE) {
  await inside();
} else {
  const why = whyNot();
  Deno.test({
    name: "addresses can be bound once assigned, are swept after a crash, and no one else's go" +
      (why === null ? "" : ` (left out: ${why})`),
    ignore: why !== null,
    async fn() {
      const { code, stderr } = await new Deno.Command("unshare", {
        args: [
          "--net",
          Deno.execPath(),
          "run",
          "--no-check",
          "--no-prompt",
          "--allow-net",
          "--allow-run=ip",
          new URL(import.meta.url).pathname,
          INSIDE,
        ],
        stdout: "null",
        stderr: "piped",
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    },
  });
}
