/**
 * An API server that has what a file has, on the address and port in its arguments: each line of
 * standard input names the file to take over, and is answered when that is done.
 *
 * @module
 */
import { startApiServer } from "../../agent/simulate/api/api_server.ts";
import { isObject, type Json, type JsonObject } from "../../agent/simulate/api/json.ts";
import { SILENT } from "../../core/mod.ts";

const [hostname = "", port = ""] = Deno.args;
const server = await startApiServer({
  hostname,
  port: Number(port),
  now: () => Date.now(),
  log: SILENT,
});
const { store } = server;

/** Makes an object be so, status and all. */
function put(object: JsonObject): void {
  const { kind, metadata } = object;
  if (typeof kind !== "string" || !isObject(metadata) || typeof metadata["name"] !== "string") {
    throw new TypeError("An object has a kind and a name");
  }
  const namespace = kind === "Node" ? "" : "default";
  if (store.get(kind, namespace, metadata["name"]) === null) store.create(object);
  else store.update(object);
  if (isObject(object["status"])) store.updateStatus(object);
}

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
for await (const text of lines) {
  for (const path of text.split("\n").filter((each) => each !== "")) {
    const list: Json = JSON.parse(await Deno.readTextFile(path));
    const items = isObject(list) ? list["items"] : null;
    if (!Array.isArray(items)) throw new TypeError(`"${path}" has no items`);
    for (const item of items) if (isObject(item)) put(item);
    await Deno.stdout.write(new TextEncoder().encode(`done ${path}\n`));
  }
}
