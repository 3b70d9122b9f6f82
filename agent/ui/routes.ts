/**
 * The routes of the status page, as data. All of them only read. A browser gets them on terms: no
 * script but ours, no frame, no other site, no name that somebody else may have bent to this address.
 *
 * @module
 */
import { parseIp } from "../../core/mod.ts";
import { json, plain, type Route } from "../health/router.ts";
import { ASSETS } from "./assets.ts";
import type { Details } from "./details.ts";
import type { Overview } from "./wire.ts";

/** What the routes tell. */
export interface UiRoutesOptions {
  /** Whether there is something to tell. */
  readonly ready: () => boolean;
  /** How everything is. */
  readonly overview: () => Promise<Overview>;
  /** A stream of updates; `null` if too many read already. */
  readonly join: () => Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null>;
  /** The names of the services that match. */
  readonly find: (query: string) => Promise<readonly string[]>;
  /**
   * Everything about a service; `null` if there is none of that name. A server of KPNG tells what the
   * node of that name does, with `""` what is the same for all.
   */
  readonly details: (service: string, node: string) => Promise<Details | null>;
}

/** Where the page is, and where it gets its data. */
export const UI_PATHS = {
  page: "/ui",
  overview: "/ui/api/overview",
  events: "/ui/api/events",
  find: "/ui/api/find",
  service: "/ui/api/service",
} as const;

/** A longer query is nobody's. */
const LONGEST_QUERY = 200;

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** The routes of the status page. */
export function uiRoutes(options: UiRoutesOptions): readonly Route[] {
  const routes: readonly Route[] = [
    {
      path: UI_PATHS.page,
      about: "The status page",
      folder: true,
      answer: (_, { pathname }) => asset(pathname),
    },
    {
      path: UI_PATHS.overview,
      about: "How everything is in short, as JSON",
      answer: async () => json(200, JSON.stringify(await options.overview())),
    },
    {
      path: UI_PATHS.events,
      about: "The services, and what changes, as server-sent events",
      answer: async (request) => {
        // HEAD has no body to be read, so nothing may be opened for it.
        const body = request.method === "HEAD" ? "" : await options.join();
        return body === null
          ? plain(503, "Too many readers; try again later\n", { "retry-after": "10" })
          : new Response(body, { headers: { "content-type": "text/event-stream" } });
      },
    },
    {
      path: UI_PATHS.find,
      about: "The names of the services with the words of `?q=` in name, address or port, as JSON",
      answer: async (_, { searchParams }) => {
        const query = (searchParams.get("q") ?? "").trim().slice(0, LONGEST_QUERY);
        return json(200, JSON.stringify(await options.find(query)));
      },
    },
    {
      path: UI_PATHS.service,
      about:
        "Everything about the service `?name=NAMESPACE/NAME`, as JSON; of a server of KPNG for " +
        "the node `&node=`",
      answer: async (_, { searchParams }) => {
        const node = (searchParams.get("node") ?? "").trim().slice(0, LONGEST_QUERY);
        const details = await options.details(searchParams.get("name") ?? "", node);
        return details === null
          ? plain(404, "There is no such service; write ?name=NAMESPACE/NAME\n")
          : json(200, JSON.stringify(details));
      },
    },
  ];
  return routes.map((route) => onTerms(route, options.ready));
}

function onTerms(route: Route, ready: () => boolean): Route {
  return {
    ...route,
    async answer(request, url) {
      const response = isOurs(request, url)
        ? route.folder === true || ready()
          ? await route.answer(request, url)
          : plain(503, "Not started yet; ask again\n", { "retry-after": "1" })
        : plain(421, "Open this page by its IP address or as localhost\n");
      for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
      return response;
    },
  };
}

/**
 * Whether the request is for us by a name that nobody else can give: with another name a page from
 * elsewhere could have its own name lead to this address, and then read what is told here.
 */
function isOurs(request: Request, { hostname }: URL): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site === "cross-site" && request.headers.get("sec-fetch-mode") !== "navigate") return false;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return host === "localhost" || host.endsWith(".localhost") || parseIp(host) !== null;
}

/** The page lies in a folder, so that what it refers to is found behind any prefix of a proxy. */
function asset(pathname: string): Response {
  if (pathname === UI_PATHS.page) return plain(307, "", { location: "ui/" });
  const found = ASSETS.get(pathname.slice(UI_PATHS.page.length + 1));
  if (found === undefined) return plain(404, "404 page not found\n");
  return new Response(found.text, { headers: { "content-type": found.type } });
}
