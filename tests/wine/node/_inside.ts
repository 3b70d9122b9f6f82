/**
 * What runs inside Wine: a program named kube-proxy.exe, which only waits, and beside it the command
 * line in the other arguments.
 *
 * @module
 */
import { main } from "../../../agent/main.ts";

const [exe = "", ...args] = Deno.args;
const child = new Deno.Command(exe, { stdin: "piped", stdout: "null", stderr: "null" }).spawn();
const code = await main(args);
await child.stdin.close();
await child.status;
Deno.exit(code);
