/**
 * The world of a history: addresses of 127.0.0.0/8 that nobody else uses, and pods that all live and
 * say their names. Which of them a frontend may lead to is for the view to say.
 *
 * @module
 */
import { addressOf, type ClusterEvent, type KubeObject, readObject } from "../../core/mod.ts";
import { takeAddressBlock } from "../../agent/simulate/address_block.ts";
import { freePorts } from "../../backends/test_ports.ts";
import { seededRandom } from "../../agent/simulate/random.ts";
import { type Happening, SIZES } from "./_histories.ts";

/** The node whose proxy is tried. */
export const NODE = "n1";

/** The ports of every Service, by name. */
const PORTS = [
  { name: "tcp", protocol: "TCP", target: 0 },
  { name: "udp", protocol: "UDP", target: 0 },
  { name: "more", protocol: "TCP", target: 1 },
] as const;

/** A place where a client may try its luck. */
export interface Socket {
  /** How. */
  readonly protocol: "TCP" | "UDP";
  /** At which address. */
  readonly ip: string;
  /** At which port. */
  readonly port: number;
}

/** Addresses and pods. */
export interface World extends AsyncDisposable {
  /** The node's address. */
  readonly nodeIp: string;
  /** Every place where some service may be. */
  readonly sockets: readonly Socket[];
  /** What happens, in the words of the API. */
  tell(happening: Happening): ClusterEvent;
}

/** Makes a world. */
export function openWorld(seed: number): World {
  const block = takeAddressBlock(seededRandom(seed));
  const vips = Array.from({ length: SIZES.vips }, (_, i) => block.serviceAddress(i).ip);
  const nodeIp = block.nodeAddress(0);
  const ports = freePorts(SIZES.ports, nodeIp);
  const nodePorts = freePorts(SIZES.nodePorts, nodeIp);
  const targets = freePorts(2, nodeIp);
  const podIps = Array.from({ length: SIZES.pods }, () => block.podAddress());
  const pods = podIps.flatMap((ip) => [
    ...targets.map((port) => tcpPod(ip, port)),
    udpPod(ip, targets[0] ?? 0),
  ]);
  const places = [
    ...vips.flatMap((ip) => ports.map((port) => ({ ip, port }))),
    ...nodePorts.map((port) => ({ ip: nodeIp, port })),
  ];

  function tellService(told: Happening & { readonly what: "service" }): KubeObject {
    const { name, createdAt, type, clusterIP, affinity, ports: wanted } = told;
    const of = (indexes: readonly number[]) => indexes.map((i) => vips[i] ?? "");
    return read({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, creationTimestamp: createdAt },
      spec: {
        type,
        clusterIP: vips[clusterIP],
        externalIPs: of(told.externalIPs),
        loadBalancerSourceRanges: told.sourceRanges,
        internalTrafficPolicy: told.internalTrafficPolicy,
        externalTrafficPolicy: told.externalTrafficPolicy,
        sessionAffinity: affinity ? "ClientIP" : "None",
        ports: PORTS.flatMap(({ name, protocol, target }) => {
          const port = wanted[name];
          return port === null ? [] : [{
            name,
            protocol,
            port: ports[port.port],
            targetPort: targets[target],
            nodePort: port.nodePort === null ? 0 : nodePorts[port.nodePort],
          }];
        }),
      },
      status: { loadBalancer: { ingress: of(told.ingress).map((ip) => ({ ip })) } },
    });
  }

  function tellSlice(told: Happening & { readonly what: "slice" }): KubeObject {
    return read({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: `${told.service}-${told.which}`,
        labels: { "kubernetes.io/service-name": told.service },
      },
      addressType: "IPv4",
      ports: PORTS.map(({ name, protocol, target }) => {
        return { name, protocol, port: targets[target] };
      }),
      endpoints: told.endpoints.map(({ pod, local, conditions }) => ({
        addresses: [podIps[pod]],
        conditions,
        nodeName: local ? NODE : "n2",
      })),
    });
  }

  return {
    nodeIp,
    sockets: (["TCP", "UDP"] as const).flatMap((protocol) =>
      places.map((place) => ({ protocol, ...place }))
    ),
    tell(happening) {
      switch (happening.what) {
        case "service":
          return { type: "upsert", object: tellService(happening) };
        case "slice":
          return { type: "upsert", object: tellSlice(happening) };
        case "removal": {
          const { name } = happening;
          return { type: "delete", ref: { kind: "Service", namespace: "default", name } };
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(pods.map((pod) => pod.close()));
      block[Symbol.dispose]();
    },
  };
}

function read(value: unknown): KubeObject {
  const result = readObject(value);
  if (result.outcome !== "object") throw new TypeError(`A history told ${JSON.stringify(result)}`);
  return result.object;
}

interface Pod {
  close(): Promise<void>;
}

/** A TCP server that answers whatever comes with its name. */
function tcpPod(hostname: string, port: number): Pod {
  const server = Deno.listen({ hostname, port });
  const name = new TextEncoder().encode(addressOf(hostname, port));
  const live = new Set<Deno.TcpConn>();
  const serve = async (conn: Deno.TcpConn): Promise<void> => {
    live.add(conn);
    const buffer = new Uint8Array(16);
    while (live.has(conn) && await conn.read(buffer) !== null) await conn.write(name);
  };
  const served = new Set<Promise<void>>();
  const accepting = (async () => {
    for await (const conn of server) {
      const end = serve(conn).catch(ignoreGone).finally(() => {
        if (live.delete(conn)) conn.close();
        served.delete(end);
      });
      served.add(end);
    }
  })();
  return {
    async close() {
      server.close();
      for (const conn of live) conn.close();
      live.clear();
      await accepting;
      await Promise.all(served);
    },
  };
}

/** A UDP server that answers each datagram with its name and what came. */
function udpPod(hostname: string, port: number): Pod {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  const name = addressOf(hostname, port);
  let closed = false;
  const serving = (async () => {
    while (!closed) {
      try {
        const [datagram, from] = await socket.receive();
        const asked = new TextDecoder().decode(datagram);
        await socket.send(new TextEncoder().encode(`${name} ${asked}`), from);
      } catch (error) {
        if (!closed) ignoreGone(error);
      }
    }
  })();
  return {
    async close() {
      closed = true;
      socket.close();
      await serving;
    },
  };
}

function ignoreGone(error: unknown): void {
  const { BrokenPipe, ConnectionReset, ConnectionRefused, Interrupted, BadResource } = Deno.errors;
  const expected = [BrokenPipe, ConnectionReset, ConnectionRefused, Interrupted, BadResource];
  if (!expected.some((kind) => error instanceof kind)) throw error;
}
