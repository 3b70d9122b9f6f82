/**
 * "Where would this connection go?": one client, one frontend, the endpoints that may get it.
 *
 * @module
 */
import { cidrContains, type Ip, parseCidr, parseIp } from "./ip.ts";
import type { Node } from "./objects.ts";
import type { PipelineState } from "./pipeline.ts";
import { firstMatch } from "./rules.ts";
import { ROUTE_RULES, type Verdict } from "./route_rules.ts";
import { addressOf, type Frontend, frontendAddress, type ServicePortView } from "./view.ts";

/** The question. */
export interface RouteQuestion {
  /** The Service, `namespace/name`. */
  readonly service: string;
  /**
   * The frontend: `ip:port`, `[ip]:port`, or a node port, alone (`30080`, `:30080`, `*:30080`) or on
   * an address of the node; `null` for every frontend of the Service.
   */
  readonly frontend: string | null;
  /** The client's address; `null` if it does not matter. */
  readonly clientIP: Ip | null;
}

/** The answer for one service port that has the frontend. */
export interface Route {
  /** `namespace/name:port`. */
  readonly name: string;
  /** The family of the service port. */
  readonly family: ServicePortView["family"];
  /** The protocol of the service port. */
  readonly protocol: ServicePortView["protocol"];
  /** The frontend. */
  readonly frontend: Frontend;
  /** What becomes of the connection. */
  readonly verdict: Verdict["verdict"];
  /** The rule that decided. */
  readonly rule: string;
  /** What the rule means, in words. */
  readonly why: string;
  /** The endpoints that may get it, `ip:port`; with session affinity one of them, for a time. */
  readonly endpoints: readonly string[];
  /** For how many seconds a client stays with its endpoint, 0 for no affinity. */
  readonly affinitySeconds: number;
}

/** The answers: one for each service port that has the frontend; empty if none has it. */
export function route(state: PipelineState, question: RouteQuestion): readonly Route[] {
  const { clientIP } = question;
  const node = state.snapshot.nodes.get(state.node);
  const fromNode = clientIP !== null && isOnNode(node, clientIP);
  const asked = question.frontend === null ? null : parseFrontend(question.frontend);
  if (question.frontend !== null && asked === null) return [];
  const entries = state.view.services.get(question.service)?.servicePorts ?? [];
  return entries
    .filter(({ family }) => clientIP === null || family === clientIP.family)
    .flatMap((entry) =>
      entry.frontends
        .filter((frontend) => asked === null || isAsked(entry, frontend, { asked, node }))
        .map((frontend) => routeTo(entry, frontend, { clientIP, fromNode }))
    );
}

/** A frontend as a question names it. */
export interface AskedFrontend {
  /** The address; `null` for a port on whatever address of the node. */
  readonly ip: Ip | null;
  /** The port, 1 to 65535. */
  readonly port: number;
}

/** Reads `ip:port`, `[ip]:port`, or a node port (`30080`, `:30080`, `*:30080`); `null` for anything else. */
export function parseFrontend(text: string): AskedFrontend | null {
  const colon = text.lastIndexOf(":");
  const host = text.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, "$1");
  const digits = text.slice(colon + 1);
  const port = Number(digits);
  if (!/^\d+$/.test(digits) || port < 1 || port > 65535) return null;
  if (host === "" || host === "*") return { ip: null, port };
  const ip = parseIp(host);
  return ip === null ? null : { ip, port };
}

function isAsked(
  { family }: ServicePortView,
  frontend: Frontend,
  { asked: { ip, port }, node }: { readonly asked: AskedFrontend; readonly node: Node | undefined },
): boolean {
  if (port !== frontend.port) return false;
  if (frontend.kind !== "NodePort") return ip?.text === frontend.ip;
  return ip === null || (ip.family === family && node !== undefined && hasAddress(node, ip));
}

function hasAddress(node: Node, ip: Ip): boolean {
  return node.addresses.some(({ address }) => parseIp(address)?.text === ip.text);
}

/** Whether the address is the node's own or one of its pods'. */
function isOnNode(node: Node | undefined, ip: Ip): boolean {
  if (node === undefined) return false;
  return hasAddress(node, ip) ||
    node.podCIDRs.some((text) => {
      const cidr = parseCidr(text);
      return cidr !== null && cidrContains(cidr, ip);
    });
}

function routeTo(
  entry: ServicePortView,
  frontend: Frontend,
  client: { readonly clientIP: Ip | null; readonly fromNode: boolean },
): Route {
  const policy = frontend.kind === "ClusterIP"
    ? entry.internalTrafficPolicy
    : entry.externalTrafficPolicy;
  const cluster = entry.endpoints.filter((each) => each.inCluster);
  const local = entry.endpoints.filter((each) => each.inLocal);
  const { name: rule, why, then: verdict } = firstMatch(ROUTE_RULES, {
    kind: frontend.kind,
    inRanges: isAllowed(entry.sourceRanges, client.clientIP),
    hasAny: entry.hasAnyEndpoints,
    local: policy === "Local",
    fromNode: client.fromNode,
    cluster: cluster.length,
    localSet: local.length,
  });
  const chosen = verdict.verdict !== "forward" ? [] : verdict.set === "local" ? local : cluster;
  return {
    name: entry.name,
    family: entry.family,
    protocol: entry.protocol,
    frontend,
    verdict: verdict.verdict,
    rule,
    why,
    endpoints: chosen.map(({ ip, port }) => addressOf(ip, port)),
    affinitySeconds: entry.sessionAffinity?.clientIP.timeoutSeconds ?? 0,
  };
}

/** Whether source ranges let a client in. An unknown client counts as one that they let in. */
function isAllowed(ranges: readonly string[], client: Ip | null): boolean {
  if (ranges.length === 0 || client === null) return true;
  return ranges.some((text) => {
    const cidr = parseCidr(text);
    return cidr !== null && cidrContains(cidr, client);
  });
}

/** The answers in words, without a newline at the end. */
export function routeText(question: RouteQuestion, routes: readonly Route[]): string {
  const client = question.clientIP === null ? "a client" : `client ${question.clientIP.text}`;
  if (routes.length === 0) {
    const what = question.frontend === null ? "no frontend" : `no frontend ${question.frontend}`;
    const family = question.clientIP === null ? "" : ` for ${question.clientIP.family} clients`;
    return `Service ${question.service} has ${what}${family} on this node`;
  }
  return routes.map((each) => {
    const { frontend } = each;
    const address = frontendAddress(frontend);
    const head = `${client} → ${frontend.kind} ${address} ${each.protocol} (${each.name})`;
    const because = `  ${each.verdict} (${each.rule}): ${each.why}`;
    const stay = each.affinitySeconds === 0 || each.verdict !== "forward"
      ? []
      : [`  a client stays with its endpoint for ${each.affinitySeconds} s`];
    return [head, because, ...each.endpoints.map((endpoint) => `  → ${endpoint}`), ...stay].join(
      "\n",
    );
  }).join("\n");
}
