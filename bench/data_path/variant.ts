/**
 * What can stand between client and server while it is measured.
 *
 * @module
 */
import type { Child, Children } from "./children.ts";
import type { Target } from "./load.ts";
import type { ServerPorts } from "./server_worker.ts";

/** What a variant is started with. */
export interface Ground {
  /** Starts its processes. */
  readonly children: Children;
  /** The servers that it leads to, on 127.0.0.1. */
  readonly servers: ServerPorts;
  /** An address of loopback of its own. */
  readonly ip: string;
  /** How many connections there may be. */
  readonly connections: number;
}

/** A variant that runs. */
export interface Running {
  /** The way to the echoes. */
  readonly echo: Target;
  /** The way to the sink for streams. */
  readonly sink: Target;
  /** The way to the sink for datagrams; `null`: there is none. */
  readonly datagrams: Target | null;
  /** Its process; `null`: none of its own. */
  readonly child: Child | null;
}

/** One way to get from client to server. */
export interface Variant {
  /** Its name in tables. */
  readonly name: string;
  /** Which version is here; `null`: it is not installed. */
  version(): Promise<string | null>;
  /** Starts it. Ready when this resolves. */
  start(ground: Ground): Promise<Running>;
}

/** The ports that proxies listen on, on an address of their own. */
export const PORTS = {
  /** The first of the echoes. */
  echo: 7000,
  /** The sink for streams. */
  sink: 7100,
  /** The sink for datagrams. */
  datagramSink: 7200,
} as const;

/** No proxy at all. */
export const direct: Variant = {
  name: "direct",
  version: () => Promise.resolve("no proxy"),
  start: ({ servers }) =>
    Promise.resolve({
      echo: { ip: "127.0.0.1", ports: servers.echo },
      sink: { ip: "127.0.0.1", ports: [servers.sink] },
      datagrams: { ip: "127.0.0.1", ports: [servers.datagramSink] },
      child: null,
    }),
};

/** The streams that a proxy carries: where it listens, and which server that leads to. */
export function streamsOf({ servers }: Ground): readonly {
  /** The port of the proxy. */
  readonly port: number;
  /** The port of the server. */
  readonly server: number;
}[] {
  const echoes = servers.echo.map((server, i) => ({ port: PORTS.echo + i, server }));
  return [...echoes, { port: PORTS.sink, server: servers.sink }];
}

/** A proxy that listens on all of its ports. */
export function runningAt(
  { ip, servers }: Ground,
  child: Child | null,
  { datagrams }: { readonly datagrams: boolean },
): Running {
  return {
    echo: { ip, ports: servers.echo.map((_, i) => PORTS.echo + i) },
    sink: { ip, ports: [PORTS.sink] },
    datagrams: datagrams ? { ip, ports: [PORTS.datagramSink] } : null,
    child,
  };
}
