/**
 * Windlass itself: the program in a process of its own, which reads its one Service from a file; and
 * what its data paths are made of, alone.
 *
 * @module
 */
import type { BareOrder } from "./bare_proxy.ts";
import { said } from "./children.ts";
import { type Ground, PORTS, runningAt, streamsOf, type Variant } from "./variant.ts";

const NODE = "bench";
const PROGRAM = new URL("../../mod.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** The program, with one of its data paths. */
export function windlass(
  dataPath: "deno" | "native",
  { name = `windlass ${dataPath}` }: {
    /** Its name in tables. */
    readonly name?: string;
  } = {},
): Variant {
  return {
    name,
    version: async () => {
      const deno = await runnableDeno();
      return deno !== null && await has(deno, dataPath) ? Deno.version.deno : null;
    },
    start: async (ground) => {
      const { children, ip } = ground;
      const deno = await runnableDeno();
      if (deno === null) throw new Error(`Cannot start ${name}: this Deno may not be run`);
      const file = children.write(`${fileNameOf(name)}.json`, listOf(objectsOf(ground)));
      const child = children.start(deno, windlassArgs(file, dataPath));
      await child.serves(ip, PORTS.sink);
      return runningAt(ground, child, { datagrams: true });
    },
  };
}

/** The arguments that make Deno run the program on a file. */
function windlassArgs(file: string, dataPath: "deno" | "native"): readonly string[] {
  return [
    ...SINK,
    `--input=${file}`,
    `--node-name=${NODE}`,
    `--data-path=${dataPath}`,
    "--workers=1",
  ];
}

const RUN = ["run", "--quiet", `--config=${CONFIG}`, "-P=windlass"];

const SINK = [...RUN, PROGRAM, "file", "to-userspace"];

/** Whether the program has a data path. */
async function has(deno: string, dataPath: "deno" | "native"): Promise<boolean> {
  const help = await said(deno, [...SINK, "--help"]);
  return help?.includes("--data-path") === true && help.includes(dataPath);
}

/**
 * The Deno that may be run: this one by its path, or by its name where the permission is for that.
 * `null`: there is none, or only a wrapper, which could not be killed together with what it wraps.
 */
async function runnableDeno(): Promise<string | null> {
  for (const command of [Deno.execPath(), "deno"]) {
    const query = { name: "run", command } as const;
    if (Deno.permissions.querySync(query).state !== "granted") continue;
    const process = new Deno.Command(command, {
      args: ["eval", "Deno.stdout.writeSync(new TextEncoder().encode(String(Deno.pid)))"],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const { stdout } = await process.output();
    if (new TextDecoder().decode(stdout) === String(process.pid)) return command;
  }
  return null;
}

/** A loop on Deno's sockets without the program: what the portable data path could reach at most. */
export const bareDeno: Variant = bare("bare Deno loop", "bare_proxy.ts");

/** The engine without the program. */
export const engine: Variant = bare("engine alone", "bare_engine.ts");

function bare(name: string, file: string): Variant {
  const { pathname } = new URL(file, import.meta.url);
  return {
    name,
    version: async () => await runnableDeno() === null ? null : Deno.version.deno,
    start: async (ground) => {
      const { children, ip, servers } = ground;
      const deno = await runnableDeno();
      if (deno === null) throw new Error(`Cannot start ${name}: this Deno may not be run`);
      const order: BareOrder = {
        ip,
        streams: streamsOf(ground),
        datagrams: { port: PORTS.datagramSink, server: servers.datagramSink },
      };
      const child = children.start(deno, [...RUN, pathname, JSON.stringify(order)]);
      await child.serves(ip, PORTS.sink);
      return runningAt(ground, child, { datagrams: true });
    },
  };
}

/** The name of a variant's file. */
export function fileNameOf(variant: string): string {
  return variant.replaceAll(/[^a-z0-9]+/g, "_");
}

/** Objects as a list that the file source reads. */
export function listOf(items: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** The Service of a variant, and its endpoints. */
export function objectsOf(ground: Ground): readonly unknown[] {
  const { ip, servers } = ground;
  const ports = [
    ...streamsOf(ground).map(({ port, server }) => ({ protocol: "TCP", port, server })),
    { protocol: "UDP", port: PORTS.datagramSink, server: servers.datagramSink },
  ].map((each) => ({ ...each, name: `p${each.port}` }));
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "load", namespace: "bench", uid: "load" },
      spec: {
        type: "ClusterIP",
        clusterIP: ip,
        clusterIPs: [ip],
        ipFamilies: ["IPv4"],
        ports: ports.map(({ name, protocol, port, server }) => ({
          name,
          protocol,
          port,
          targetPort: server,
        })),
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: "load-1",
        namespace: "bench",
        labels: { "kubernetes.io/service-name": "load" },
      },
      addressType: "IPv4",
      ports: ports.map(({ name, protocol, server }) => ({ name, protocol, port: server })),
      endpoints: [{
        addresses: ["127.0.0.1"],
        conditions: { ready: true, serving: true, terminating: false },
      }],
    },
  ];
}
