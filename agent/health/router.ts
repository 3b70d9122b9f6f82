/**
 * The routes of an HTTP server, as data: first the exact path, then the longest folder that it lies in.
 *
 * @module
 */

/** One route of an HTTP server. */
export interface Route {
  /** The path: `/metrics`. */
  readonly path: string;
  /** What is found there: one sentence without full stop. */
  readonly about: string;
  /**
   * Whether everything below the path belongs to it too, as to a folder.
   *
   * @default {false}
   */
  readonly folder?: boolean;
  /**
   * The methods that it takes; HEAD comes with GET.
   *
   * @default {["GET"]}
   */
  readonly methods?: readonly string[];
  /** Answers a request. `url` is where it went. */
  readonly answer: (request: Request, url: URL) => Response | Promise<Response>;
}

/** Joins routes into the handler of a server. */
export function router(routes: readonly Route[]): (request: Request) => Promise<Response> {
  const exact = new Map(routes.map((route) => [trimmed(route.path), route]));
  const folders = routes.filter((route) => route.folder === true)
    .toSorted((a, b) => b.path.length - a.path.length);
  return async (request) => {
    const url = new URL(request.url);
    const path = trimmed(url.pathname);
    const route = exact.get(path) ??
      folders.find((folder) => path.startsWith(`${trimmed(folder.path)}/`));
    if (route === undefined) return plain(404, "404 page not found\n");
    const { methods = ["GET"] } = route;
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (methods.includes(method)) return await route.answer(request, url);
    return plain(405, "Method Not Allowed\n", { allow: methods.join(", ") });
  };
}

/** An answer of plain text, which nobody may take for anything else. */
export function plain(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}

/** An answer of JSON. */
export function json(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "application/json", "x-content-type-options": "nosniff" },
  });
}

function trimmed(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
