/**
 * Other people's proxies, set up to do the same: one thread, no logs, no health checks.
 *
 * @module
 */
import { said } from "./children.ts";
import { type Ground, PORTS, runningAt, streamsOf, type Variant } from "./variant.ts";

/** How haproxy is set up. */
interface HaproxySetup {
  readonly name: string;
  readonly bufferBytes: number;
  readonly splice: boolean;
}

/** haproxy as it comes, with larger buffers, and with splice. */
export const HAPROXY: readonly Variant[] = [
  { name: "haproxy", bufferBytes: 16_384, splice: false },
  { name: "haproxy 64 KiB", bufferBytes: 65_536, splice: false },
  { name: "haproxy splice", bufferBytes: 65_536, splice: true },
].map(haproxy);

function haproxy(setup: HaproxySetup): Variant {
  return {
    name: setup.name,
    version: async () => /version (\S+)/i.exec(await said("haproxy", ["-v"]) ?? "")?.[1] ?? null,
    start: async (ground) => {
      const name = `${setup.name.replaceAll(" ", "_")}.cfg`;
      const file = ground.children.write(name, haproxyConfig(setup, ground));
      const child = ground.children.start("haproxy", ["-db", "-f", file]);
      await child.serves(ground.ip, PORTS.sink);
      return runningAt(ground, child, { datagrams: false });
    },
  };
}

function haproxyConfig({ bufferBytes, splice }: HaproxySetup, ground: Ground): string {
  return `global
  nbthread 1
  maxconn ${ground.connections}
  maxpipes 256
  tune.bufsize ${bufferBytes}
defaults
  mode tcp
  maxconn ${ground.connections}
  timeout connect 3s
  timeout client 60s
  timeout server 60s
${splice ? "  option splice-auto\n" : ""}${
    streamsOf(ground).map(({ port, server }) =>
      `listen p${port}
  bind ${ground.ip}:${port} backlog 4096
  server s 127.0.0.1:${server}
`
    ).join("")
  }`;
}

/** nginx' stream module, with large buffers. */
export const nginx: Variant = {
  name: "nginx stream",
  version: async () => {
    const text = await said("nginx", ["-V"]);
    return text === null || !text.includes("--with-stream")
      ? null
      : /nginx\/(\S+)/.exec(text)?.[1] ?? null;
  },
  start: async (ground) => {
    const { children, ip } = ground;
    const module = await nginxModule();
    const file = children.write("nginx.conf", nginxConfig(ground, module));
    const child = children.start("nginx", ["-p", children.folder, "-c", file, "-e", "stderr"]);
    await child.serves(ip, PORTS.sink);
    return runningAt(ground, child, { datagrams: true });
  },
};

/** Where the module lies; `null`: it is built in. */
async function nginxModule(): Promise<string | null> {
  const text = await said("nginx", ["-V"]) ?? "";
  if (!text.includes("--with-stream=dynamic")) return null;
  const folder = /--modules-path=(\S+)/.exec(text)?.[1];
  return folder === undefined ? null : `${folder}/ngx_stream_module.so`;
}

function nginxConfig(ground: Ground, module: string | null): string {
  const { ip, servers } = ground;
  return `${module === null ? "" : `load_module ${module};\n`}daemon off;
master_process off;
pid nginx.pid;
error_log stderr crit;
events { worker_connections ${2 * ground.connections + 64}; }
stream {
  proxy_buffer_size 64k;
${
    streamsOf(ground).map(({ port, server }) =>
      `  server { listen ${ip}:${port} backlog=4096; proxy_pass 127.0.0.1:${server}; tcp_nodelay on; }
`
    ).join("")
  }  server {
    listen ${ip}:${PORTS.datagramSink} udp rcvbuf=4m sndbuf=4m;
    proxy_pass 127.0.0.1:${servers.datagramSink};
    proxy_timeout 10s;
  }
}
`;
}

/** socat: a process for each connection, and for each client of UDP. */
export const socat: Variant = {
  name: "socat",
  version: async () => /version (\S+)/.exec(await said("socat", ["-V"]) ?? "")?.[1] ?? null,
  start: async (ground) => {
    const { children, ip, servers } = ground;
    for (const { port, server } of streamsOf(ground)) {
      const child = children.start("socat", [
        `TCP-LISTEN:${port},bind=${ip},fork,reuseaddr,nodelay,backlog=4096`,
        `TCP:127.0.0.1:${server},nodelay`,
      ]);
      await child.serves(ip, port);
    }
    children.start("socat", [
      "-T2", // seconds of silence until the process of a client ends
      `UDP-LISTEN:${PORTS.datagramSink},bind=${ip},fork,reuseaddr,rcvbuf=4194304`,
      `UDP:127.0.0.1:${servers.datagramSink}`,
    ]);
    return runningAt(ground, null, { datagrams: true });
  },
};
