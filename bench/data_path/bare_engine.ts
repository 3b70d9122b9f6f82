/**
 * The native engine without the product around it. In a process of its own, as what it is measured
 * beside: a thread of the load generator's process would be spared a change of address space for each
 * wake-up.
 *
 * Run with the order as JSON.
 *
 * @module
 */
import { NativeEngine, type NativeListener, openSys } from "../../backends/userspace/native/mod.ts";
import type { BareOrder, BareWay } from "./bare_proxy.ts";

const LONGEST_TURN_MS = 60_000;

if (import.meta.main) {
  const { ip, streams, datagrams }: BareOrder = JSON.parse(Deno.args[0] ?? "{}");
  using sys = openSys();
  using engine = NativeEngine.create({ sys });
  const open = (protocol: NativeListener["protocol"], { port, server }: BareWay) => {
    const choose = () => `127.0.0.1:${server}`;
    const result = engine.open({ key: `${protocol}/${port}`, protocol, ip, port, choose });
    if (!result.ok) throw new Error(result.message);
  };
  open("UDP", datagrams);
  for (const each of streams) open("TCP", each);
  for (;;) engine.turn(LONGEST_TURN_MS); // until it is killed
}
