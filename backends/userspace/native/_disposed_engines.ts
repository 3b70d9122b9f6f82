/**
 * The program of `engine_test.ts` that makes engines, uses them and disposes of them, and prints how
 * many descriptors the process has before and after: a process of its own, because descriptors are the
 * process's.
 *
 * Needs all permissions: Deno lets nobody else read `/proc/self/fd`.
 *
 * @module
 */
import { Rig } from "./_rig.ts";
import { HOST } from "./_tcp_rig.ts";
import { say } from "./_udp_rig.ts";

const open = () => [...Deno.readDirSync("/proc/self/fd")].length;

async function useEngine(): Promise<void> {
  await using rig = new Rig();
  const { sock, port } = rig.bound("stream");
  rig.sys.listen(sock, 8);
  const web = rig.open(() => `${HOST}:${port}`);
  const dns = rig.open(() => `${HOST}:${port}`, { key: "dns", protocol: "UDP" });
  say(rig, rig.connected("datagram", dns.port), 1);
  for (let i = 0; i < 5; i++) rig.connected("stream", web.port);
  rig.until("they are served", () => {
    const { connections, flows } = rig.engine.load;
    return connections === 5 && flows === 1;
  });
}

await useEngine(); // what is loaded with the first stays
const before = open();
for (let i = 0; i < 3; i++) await useEngine();
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ before, after: open() })));
