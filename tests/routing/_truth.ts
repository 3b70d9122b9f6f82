/**
 * What a view says of one socket: the naive account, from the list of all frontends.
 *
 * @module
 */
import {
  addressOf,
  cidrContains,
  FRONTEND_KINDS,
  type NodeView,
  parseCidr,
  parseIp,
} from "../../core/mod.ts";
import type { Socket, World } from "./_world.ts";

/** Where every client of the test comes from. */
export const CLIENT_IP = "127.0.0.1";

/** What is to be met at a socket. */
export type Truth =
  /** Nobody listens: there is no service, or it has no endpoint, and the system refuses. */
  | { readonly is: "closed" }
  /** It does not take this client. */
  | {
    readonly is: "refused";
    /** Under which cause that is counted. */
    readonly why: "source-not-allowed" | "no-endpoints";
  }
  /** It leads to one of these. */
  | {
    readonly is: "served";
    /** The service that has it. */
    readonly service: string;
    /** The endpoints that it may lead to. */
    readonly allowed: ReadonlySet<string>;
    /** Whether a client keeps its endpoint. */
    readonly sticky: boolean;
  };

/** The node, and who asks. */
export interface Place extends Pick<World, "nodeIp"> {
  /** Whether the clients are on the node. */
  readonly clientsOnNode: boolean;
}

/** What the view says of the socket. */
export function truthAt(
  view: NodeView,
  { protocol, ip, port }: Socket,
  { nodeIp, clientsOnNode }: Place,
): Truth {
  const claims = [...view.services.values()]
    .flatMap(({ servicePorts }) => servicePorts)
    .filter((entry) => entry.protocol === protocol)
    .flatMap((entry) => entry.frontends.map((frontend) => ({ entry, frontend })))
    .filter(({ frontend }) =>
      frontend.port === port && (frontend.kind === "NodePort" ? nodeIp : frontend.ip) === ip
    )
    .sort((a, b) => rankOf(a.frontend.kind) - rankOf(b.frontend.kind));
  const [first] = claims;
  if (first === undefined) return { is: "closed" };
  const { entry, frontend: { kind } } = first;
  if (claims.some((other) => other.entry !== entry)) {
    throw new TypeError(`The view gives ${protocol} ${addressOf(ip, port)} to two service ports`);
  }
  const forAll = entry.endpoints.filter((each) =>
    kind === "ClusterIP" ? each.internal : each.external
  );
  const forNode = kind !== "ClusterIP" && entry.externalTrafficPolicy === "Local" &&
      (kind !== "NodePort" || forAll.length > 0)
    ? entry.endpoints.filter((each) => each.inCluster)
    : [];
  if (forAll.length === 0 && forNode.length === 0) return { is: "closed" };
  if (kind === "LoadBalancer" && !allowsClient(entry.sourceRanges)) {
    return { is: "refused", why: "source-not-allowed" };
  }
  const used = clientsOnNode && forNode.length > 0 ? forNode : forAll;
  if (used.length === 0) return { is: "refused", why: "no-endpoints" };
  return {
    is: "served",
    service: `${entry.namespace}/${entry.service}`,
    allowed: new Set(used.map((each) => addressOf(each.ip, each.port))),
    sticky: entry.sessionAffinity !== null,
  };
}

function rankOf(kind: typeof FRONTEND_KINDS[number]): number {
  return FRONTEND_KINDS.indexOf(kind);
}

function allowsClient(ranges: readonly string[]): boolean {
  const client = parseIp(CLIENT_IP);
  return ranges.length === 0 ||
    ranges.map(parseCidr).some((range) =>
      range !== null && client !== null && cidrContains(range, client)
    );
}
