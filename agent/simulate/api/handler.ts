/**
 * From HTTP request to HTTP response: what the path is about, which verb the method is, in which
 * form the answer goes out, and a `Status` for everything that is refused.
 *
 * @module
 */
import { type Logger, unreachable } from "../../../core/mod.ts";
import { type Answer, type Call, ok } from "./call.ts";
import {
  coreVersions,
  groupDocument,
  groupList,
  resourceList,
  rootPaths,
  versionInfo,
} from "./discovery.ts";
import { mediaType, negotiate } from "./negotiation.ts";
import { flag } from "./query.ts";
import { answerObject, list, watch } from "./reads.ts";
import { parseRoute, type Route } from "./routes.ts";
import { ApiError, methodNotAllowed, noSuchResource, notAcceptable, statusOf } from "./status.ts";
import { create, patch, remove, removeAll, update, type Writer } from "./writes.ts";

/** Answers requests. Never throws: what goes wrong becomes a `Status`. */
export function handlerOf(
  writer: Writer,
  log: Logger,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    try {
      // Before anything else: Deno.serve must not answer a request whose body it still reads.
      const text = request.method === "GET" || request.method === "HEAD"
        ? ""
        : await request.text();
      const answer = answerTo(writer, request, { url, text });
      log.v(6)?.info("Answered", { method: request.method, url: request.url, code: answer.code });
      return responseOf(answer);
    } catch (cause) {
      const error = cause instanceof ApiError ? cause : internalError(cause, request, log);
      log.v(6)?.info("Refused", {
        method: request.method,
        url: request.url,
        code: error.code,
        message: error.message,
      });
      return responseOf({ code: error.code, document: statusOf(error) });
    }
  };
}

function answerTo(
  writer: Writer,
  request: Request,
  { url, text }: { readonly url: URL; readonly text: string },
): Answer {
  const route = parseRoute(url.pathname);
  if (route === null) throw noSuchResource();
  const { headers, method } = request;
  if (route.to !== "collection" && route.to !== "object") {
    if (method !== "GET") throw methodNotAllowed();
    return documentAt(route, url.host);
  }
  const representation = negotiate(headers.get("accept"));
  if (representation === null) throw notAcceptable();
  const call: Call = {
    params: url.searchParams,
    representation,
    contentType: mediaType(headers.get("content-type")),
    text,
  };
  return route.to === "collection"
    ? onCollection(writer, { method, call }, route)
    : onObject(writer, { method, call }, route);
}

interface Asked {
  readonly method: string;
  readonly call: Call;
}

function onCollection(
  writer: Writer,
  { method, call }: Asked,
  route: Extract<Route, { to: "collection" }>,
): Answer {
  const { resource, namespace } = route;
  switch (method) {
    case "GET":
      return flag(call.params, "watch") ? watch(writer, call, route) : list(writer, call, route);
    case "POST":
      if (resource.namespaced && namespace === "") throw methodNotAllowed();
      return create(writer, call, route);
    case "DELETE":
      return removeAll(writer, call, route);
    default:
      throw methodNotAllowed();
  }
}

function onObject(
  writer: Writer,
  { method, call }: Asked,
  { resource, namespace, name, status }: Extract<Route, { to: "object" }>,
): Answer {
  const key = { namespace, name };
  switch (method) {
    case "GET":
      return answerObject(writer, call, { resource, object: writer.registry.get(resource, key) });
    case "PUT":
      return update(writer, call, { resource, key, status });
    case "PATCH":
      return patch(writer, call, { resource, key, status });
    case "DELETE":
      if (status) throw methodNotAllowed();
      return remove(writer, call, { resource, key, status });
    default:
      throw methodNotAllowed();
  }
}

function documentAt(
  route: Exclude<Route, { to: "collection" | "object" }>,
  host: string,
): Answer {
  switch (route.to) {
    case "resources":
      return ok(resourceList(route.group));
    case "group":
      return ok(groupDocument(route.group));
    case "groups":
      return ok(groupList());
    case "core-versions":
      return ok(coreVersions(host));
    case "root":
      return ok(rootPaths());
    case "version":
      return ok(versionInfo());
    case "health":
      return { code: 200, text: "ok" };
    default:
      return unreachable(route);
  }
}

function internalError(cause: unknown, request: Request, log: Logger): ApiError {
  const why = cause instanceof Error ? cause.stack ?? cause.message : String(cause);
  log.error("The simulated API server failed", { method: request.method, url: request.url, why });
  return new ApiError(500, "InternalError", `Internal error occurred: ${why}`);
}

const JSON_HEADERS = { "content-type": "application/json", "cache-control": "no-cache, private" };
const TEXT_HEADERS = { "content-type": "text/plain; charset=utf-8" };

function responseOf(answer: Answer): Response {
  const { code: status } = answer;
  if ("text" in answer) return new Response(answer.text, { status, headers: TEXT_HEADERS });
  const body = "stream" in answer
    ? answer.stream
    : "json" in answer
    ? answer.json
    : JSON.stringify(answer.document);
  return new Response(body, { status, headers: JSON_HEADERS });
}
