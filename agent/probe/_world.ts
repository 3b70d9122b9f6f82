/**
 * A small world for the tests of `probe`: pods on loopback that name themselves, the program as their
 * proxy, and a file that says what there is.
 *
 * @module
 */
import { join } from "node:path";
import { main } from "../main.ts";
import { Ledger } from "../simulate/ledger.ts";
import { type PodServer, startPodServer } from "../simulate/pod.ts";
import { type FakeIo, fakeIo } from "../test_io.ts";

/** The node's address. */
const NODE_IP = "127.0.0.1";

/** The port of every service. */
const PORT = 8081;

/** An endpoint as the API tells it. */
export interface ToldEndpoint {
  /** The pod. */
  readonly pod: PodServer;
  /** The node that it is on. */
  readonly node?: string;
  /** Whether it is ready. */
  readonly ready?: boolean;
}

/** A Service as the API tells it. */
export interface ToldService {
  /** Its name. */
  readonly name: string;
  /** Its ClusterIP. */
  readonly clusterIP: string;
  /** Its node port, a free one. */
  readonly nodePort: number;
  /** Its endpoints. */
  readonly endpoints: readonly ToldEndpoint[];
  /** More of its `spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** What came of a command line. */
export interface Ran {
  /** The exit code. */
  readonly code: number;
  /** What it printed. */
  readonly out: string;
  /** What it complained of. */
  readonly err: string;
}

/** A small world. */
export interface World extends AsyncDisposable {
  /** The folder of its files. */
  readonly folder: string;
  /** Starts a pod on an address. */
  pod(ip: string, port?: number): PodServer;
  /** Says what there is, to proxies or to probers. */
  tell(to: "proxy" | "probe", services: readonly ToldService[]): Promise<void>;
  /** Starts the proxy, and waits for its first sync. */
  proxy(): Promise<void>;
  /** Runs `windlass probe file`. */
  probe(...args: readonly string[]): Promise<Ran>;
  /** Starts `windlass probe file`, in a world whose output can be waited for. */
  startProbe(...args: readonly string[]): { readonly io: FakeIo; readonly code: Promise<number> };
}

/** Makes a small world. */
export async function smallWorld(): Promise<World> {
  const folder = await Deno.makeTempDir();
  const pods: PodServer[] = [];
  const proxies: { readonly io: FakeIo; readonly code: Promise<number> }[] = [];
  const errors: unknown[] = [];
  const input = (to: "proxy" | "probe") => `--input=${join(folder, to)}.json`;

  function start(...args: readonly string[]) {
    const io = fakeIo();
    return { io, code: main([...args, "--node-name=n1"], io) };
  }

  const probeArgs = (
    args: readonly string[],
  ) => ["probe", "file", input("probe"), "--rate=10000", "--timeout=300ms", ...args];

  return {
    folder,
    pod(ip, port = 0) {
      const onError = (error: unknown) => void errors.push(error);
      const server = startPodServer({ ip, port, ledger: new Ledger(), onError });
      pods.push(server);
      return server;
    },
    async tell(to, services) {
      const path = join(folder, `${to}.json`);
      const items = [nodeOf("n1"), ...services.flatMap(objectsOf)];
      await Deno.writeTextFile(
        `${path}.new`,
        JSON.stringify({ kind: "List", apiVersion: "v1", items }),
      );
      await Deno.rename(`${path}.new`, path);
    },
    async proxy() {
      const proxy = start(
        "file",
        "to-userspace",
        input("proxy"),
        "--data-path=deno",
        "--workers=0",
        "-v=2",
        "--drain-timeout=0s",
      );
      proxies.push(proxy);
      await proxy.io.until((io) => /Synced/.test(io.err()));
    },
    async probe(...args) {
      const { io, code } = start(...probeArgs(args));
      return { code: await code, out: io.out(), err: io.err() };
    },
    startProbe: (...args) => start(...probeArgs(args)),
    async [Symbol.asyncDispose]() {
      for (const { io } of proxies) io.signal("SIGTERM");
      await Promise.all(proxies.map(({ code }) => code));
      await Promise.all(pods.map((pod) => pod.crash()));
      await Deno.remove(folder, { recursive: true });
      if (errors.length > 0) throw new AggregateError(errors, "A pod had trouble");
    },
  };
}

function nodeOf(name: string) {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    status: { addresses: [{ type: "InternalIP", address: NODE_IP }] },
  };
}

function objectsOf({ name, clusterIP, nodePort, endpoints, spec }: ToldService) {
  const ports = (["TCP", "UDP"] as const).map((protocol) => ({
    name: protocol.toLowerCase(),
    protocol,
  }));
  const podPort = endpoints[0]?.pod.port ?? 1;
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: {
        type: "NodePort",
        clusterIP,
        ports: ports.map((each) => ({ ...each, port: PORT, nodePort })),
        ...spec,
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: ports.map((each) => ({ ...each, port: podPort })),
      endpoints: endpoints.map(({ pod, node = "n1", ready = true }) => ({
        addresses: [pod.endpoint.slice(0, pod.endpoint.lastIndexOf(":"))],
        nodeName: node,
        conditions: { ready, serving: ready, terminating: false },
      })),
    },
  ];
}
