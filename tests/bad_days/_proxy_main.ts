/**
 * A proxy as a process of its own: the userspace backend, which does what the lines of its standard
 * input ask. It ends when they do.
 *
 * @module
 */
import { TextLineStream } from "../lines.ts";
import type { Answer, ProxySetup, Question } from "./_messages.ts";

const HOUR_MS = 3_600_000;

async function main([setup = "{}"]: readonly string[]): Promise<void> {
  const { options, wallClockGoesBack } = JSON.parse(setup) as ProxySetup; // the test's own words
  // As the program does. It also makes Deno open what it needs for signals: it would do so a moment
  // later by itself, and panic where there is no descriptor left.
  Deno.addSignalListener("SIGINT", () => Deno.exit(130));
  // Before anything of the product is loaded, so that nothing can have kept the real one.
  if (wallClockGoesBack) turnBackClock();
  const { userspaceBackend } = await import("../../backends/mod.ts");
  const backend = userspaceBackend(options);
  const { signal } = new AbortController();

  async function answer(question: Question): Promise<Answer> {
    switch (question.ask) {
      case "apply":
        return { to: "apply", result: await backend.apply(question.op, signal) };
      case "stats": {
        const stats = await backend.stats();
        return { to: "stats", health: { stats, rss: Deno.memoryUsage().rss } };
      }
    }
  }

  const out = Deno.stdout.writable.getWriter();
  const lines = Deno.stdin.readable
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const reply = await answer(JSON.parse(line) as Question); // the test's own words
    await out.write(new TextEncoder().encode(`${JSON.stringify(reply)}\n`));
  }
  await backend.close(AbortSignal.abort());
  Deno.exit(); // it still listens to signals
}

/** Makes each look at the time of day an hour earlier than the one before. */
function turnBackClock(): void {
  let now = Date.now();
  Date.now = () => now -= HOUR_MS;
}

await main(Deno.args);
