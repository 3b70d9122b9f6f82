/**
 * The pods of one host, in one process: each line of standard input starts or ends one, and is
 * answered when that is done. They answer with their addresses, over TCP and UDP.
 *
 * @module
 */
import { Ledger } from "../../agent/simulate/ledger.ts";
import { type PodServer, startPodServer } from "../../agent/simulate/pod.ts";

const pods = new Map<string, PodServer>();
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
for await (const text of lines) {
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const [verb, ip = "", port = ""] = line.split(" ");
    if (verb === "start") {
      const onError = (error: unknown) => {
        throw error;
      };
      pods.set(ip, startPodServer({ ip, port: Number(port), ledger: new Ledger(), onError }));
    } else {
      await pods.get(ip)?.finish();
    }
    await Deno.stdout.write(new TextEncoder().encode(`done ${line}\n`));
  }
}
