/**
 * The worker of `engine_test.ts`: turns an engine whose only endpoint it is told by messages.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { NativeEngine, openSys } from "./mod.ts";

using sys = openSys();
using engine = NativeEngine.create({ sys });
let endpoint: string | null = null;
let done = false;
let told = Promise.withResolvers<void>();

self.onmessage = (
  { data }: MessageEvent<{ readonly endpoint?: string; readonly done?: boolean }>,
) => {
  endpoint = data.endpoint ?? endpoint;
  done = data.done ?? false;
  self.postMessage({ endpoint });
  told.resolve();
};

const choose = () => endpoint;
const opened = engine.open({ key: "web", protocol: "TCP", ip: "127.0.0.1", port: 0, choose });
self.postMessage({ opened, wake: engine.wakeHandle });
while (!done) {
  if (!engine.turn(60_000)) continue;
  await told.promise; // there is a message for each wake-up, but it may come later
  told = Promise.withResolvers();
}
self.close();
