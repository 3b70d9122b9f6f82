/**
 * Endpoints as a process of their own, for a test that needs its descriptors for clients: prints the
 * addresses of so many TCP servers as one line, and sends back what they get until its input ends.
 *
 * @module
 */
import { echo, times } from "./_loopback.ts";

const endpoints = times(Number(Deno.args[0]), echo);
const line = JSON.stringify(endpoints.map(({ address }) => address));
await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
for await (const _ of Deno.stdin.readable);
await Promise.all(endpoints.map((each) => each[Symbol.asyncDispose]()));
