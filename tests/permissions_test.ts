/**
 * The permission sets of deno.json are as narrow as they can be, and wide enough.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ADDRESS_ENV } from "../agent/commands/address_manager.ts";
import { HNS_ENV } from "../agent/commands/winkernel_options.ts";
import { LOG_ENV } from "../agent/commands/sync_log.ts";
import { CONNECTION_ENV } from "../proto/kube/load_connection.ts";

interface Config {
  readonly tasks: Readonly<Record<string, string>>;
  readonly permissions: {
    readonly windlass: { readonly env: { readonly allow: readonly string[] } };
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
    [...CONNECTION_ENV, ...LOG_ENV, ...HNS_ENV, ...ADDRESS_ENV, "NO_COLOR"].toSorted(),
  );
});

Deno.test("the simulation stays on loopback", async () => {
  assert.deepEqual((await config()).permissions.simulate.net, ["127.0.0.0/8"]);
});
