/**
 * The permission sets of deno.json are as narrow as they can be, and wide enough.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ADDRESS_ENV } from "../agent/commands/address_manager.ts";
import { HNS_ENV } from "../agent/commands/winkernel_options.ts";
import { LOG_ENV } from "../agent/commands/sync_log.ts";
import { LINE_ENV } from "../agent/kube_proxy/expand.ts";
import { LIBRARIES } from "../backends/userspace/native/library.ts";
import { PROXY_ENV } from "../proto/kube/fetch_transport.ts";
import { CONNECTION_ENV } from "../proto/kube/load_connection.ts";

interface ProgramSet {
  readonly env: { readonly allow: readonly string[] };
  readonly ffi: true | readonly string[];
  readonly run: readonly string[];
}

interface Config {
  readonly tasks: Readonly<Record<string, string>>;
  readonly permissions: {
    readonly windlass: ProgramSet;
    readonly "windlass-windows": ProgramSet;
    readonly simulate: { readonly net: readonly string[] };
  };
}

async function config(): Promise<Config> {
  const text = await Deno.readTextFile(new URL("../deno.json", import.meta.url));
  return JSON.parse(text) as Config; // our own file, typed above
}

Deno.test("no task asks for all permissions", async () => {
  for (const [name, command] of Object.entries((await config()).tasks)) {
    assert.doesNotMatch(command, /(^|\s)(-A|--allow-all)\b/, name);
  }
});

Deno.test("the program may read the environment variables that it knows, and no others", async () => {
  const { allow } = (await config()).permissions.windlass.env;
  assert.deepEqual(
    allow.toSorted(),
    [
      ...CONNECTION_ENV,
      ...PROXY_ENV,
      ...LINE_ENV,
      ...LOG_ENV,
      ...HNS_ENV,
      ...ADDRESS_ENV,
      "NO_COLOR",
    ]
      .toSorted(),
  );
});

Deno.test("on Windows and elsewhere the program may do the same, by what the system has for it", async () => {
  const { windlass, "windlass-windows": windows } = (await config()).permissions;
  const { ffi, run, ...rest } = windlass;
  const { ffi: _, run: runOnWindows, ...restOnWindows } = windows;
  assert.deepEqual(restOnWindows, rest);
  assert.deepEqual(run, ["ip"]);
  assert(runOnWindows.every((path) => path.startsWith("C:\\Windows\\System32\\")));
  // Pointers and callbacks, which Windows' functions need, take the permission as a whole.
  assert(ffi !== true && ffi.every((path) => path.endsWith("/libc.so.6")));
  const here = LIBRARIES.libc.filter((path) => path.startsWith("/"));
  assert(Deno.build.os !== "linux" || here.every((path) => ffi.includes(path)));
});

Deno.test("the simulation stays on loopback", async () => {
  assert.deepEqual((await config()).permissions.simulate.net, ["127.0.0.0/8"]);
});
