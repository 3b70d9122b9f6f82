/**
 * A client that knocks at addresses all the time, over TCP and UDP, each time anew. It prints one line
 * once all were reached; on a line of standard input it ends and prints what did not answer.
 *
 * @module
 */
import { ask } from "../../agent/probe/ask.ts";
import { DIALECTS } from "../../agent/probe/dialects.ts";
import { Pace } from "../../agent/probe/pace.ts";
import { REAL_TIMERS } from "../../agent/timers.ts";

const stop = new AbortController();
const pace = new Pace(100, REAL_TIMERS);
const missed: string[] = [];
let asked = 0;

async function knock(place: string, protocol: "TCP" | "UDP"): Promise<void> {
  const [, ip = "", port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(place) ?? [];
  const dialect = DIALECTS.find((each) => {
    return each.name === "simulate" && each.protocol === protocol;
  }) ?? null;
  await pace.turn(stop.signal);
  const { signal } = new AbortController(); // what was asked is waited for, though the end is near
  const knockOnce = () =>
    ask({ protocol, ip, port: Number(port) }, { dialect, timeoutMs: 3000, signal });
  let sight = await knockOnce();
  // A datagram may be lost, with a pod that is leaving say. So clients ask a second time.
  if (protocol === "UDP" && sight.seen === "silent") sight = await knockOnce();
  asked++;
  if (sight.seen !== "answered") missed.push(`${protocol} ${place}: ${sight.seen}`);
}

async function knockOn(place: string): Promise<void> {
  while (!stop.signal.aborted) {
    await Promise.all([knock(place, "TCP"), knock(place, "UDP")]);
  }
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

await Promise.all(Deno.args.map((place) => [knock(place, "TCP"), knock(place, "UDP")]).flat());
await say(`knocking ${JSON.stringify(missed)}`);
const knocking = Promise.all(Deno.args.map(knockOn));
await Deno.stdin.read(new Uint8Array(1));
stop.abort();
await knocking;
await say(`knocked ${JSON.stringify({ asked, missed })}`);
