import assert from "node:assert/strict";
import { ENDPOINT_SLICES, NAMESPACES, NODES, SERVICES } from "./resources.ts";
import { parseRoute, type Route } from "./routes.ts";

Deno.test.each<{ path: string; route: Route | null }>([
  { path: "/", route: { to: "root" } },
  { path: "/version/", route: { to: "version" } },
  { path: "/api", route: { to: "core-versions" } },
  { path: "/apis", route: { to: "groups" } },
  { path: "/apis/discovery.k8s.io", route: { to: "group", group: "discovery.k8s.io" } },
  { path: "/api/v1", route: { to: "resources", group: "" } },
  { path: "/apis/discovery.k8s.io/v1", route: { to: "resources", group: "discovery.k8s.io" } },
  { path: "/livez", route: { to: "health" } },
  {
    path: "/api/v1/services",
    route: { to: "collection", resource: SERVICES, namespace: "" },
  },
  {
    path: "/api/v1/namespaces/default/services",
    route: { to: "collection", resource: SERVICES, namespace: "default" },
  },
  {
    path: "/api/v1/namespaces/default/services/web",
    route: { to: "object", resource: SERVICES, namespace: "default", name: "web", status: false },
  },
  {
    path: "/api/v1/namespaces/default/services/web/status",
    route: { to: "object", resource: SERVICES, namespace: "default", name: "web", status: true },
  },
  {
    path: "/api/v1/namespaces/default",
    route: { to: "object", resource: NAMESPACES, namespace: "", name: "default", status: false },
  },
  {
    path: "/api/v1/nodes/n%31",
    route: { to: "object", resource: NODES, namespace: "", name: "n1", status: false },
  },
  {
    path: "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices",
    route: { to: "collection", resource: ENDPOINT_SLICES, namespace: "a" },
  },
  { path: "/api/v1/services/web", route: null },
  { path: "/api/v1/namespaces/default/nodes", route: null },
  { path: "/api/v1/nodes/n1/proxy", route: null },
  { path: "/api/v1/nodes/n1/status/x", route: null },
  { path: "/api/v1/secrets", route: null },
  { path: "/api/v2", route: null },
  { path: "/apis/apps/v1", route: null },
  { path: "/apis/discovery.k8s.io/v1beta1", route: null },
  { path: "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices/x/status", route: null },
  { path: "/api/v1//services", route: null },
  { path: "/api/v1/nodes/%zz", route: null },
  { path: "/constructor", route: null },
])("the path $path is understood", ({ path, route }) => {
  assert.deepEqual(parseRoute(path), route);
});
