import assert from "node:assert/strict";
import { listPath, resources, watchPath } from "./resources.ts";

Deno.test("the selectors are those of kube-proxy 1.34, and only the named Node is asked for", () => {
  const ours = "!service.kubernetes.io/service-proxy-name,!service.kubernetes.io/headless";
  assert.deepEqual(
    resources("n1").map(({ path, labelSelector, fieldSelector }) => [
      path,
      labelSelector,
      fieldSelector,
    ]),
    [
      ["/api/v1/services", ours, "spec.clusterIP!=None"],
      ["/apis/discovery.k8s.io/v1/endpointslices", ours, ""],
      ["/api/v1/nodes", "", "metadata.name=n1"],
    ],
  );
});

Deno.test("listPath() and watchPath() ask for what they are to, in a query that can be read back", () => {
  const [services, , nodes] = resources(null);
  assert.ok(services !== undefined && nodes !== undefined);
  const query = (path: string) => Object.fromEntries(new URL(path, "http://x").searchParams);
  assert.deepEqual(query(listPath(services, { limit: 500, continueAt: "a+b/c=" })), {
    labelSelector: services.labelSelector,
    fieldSelector: "spec.clusterIP!=None",
    limit: "500",
    continue: "a+b/c=",
  });
  assert.equal(listPath(nodes, { limit: 0, continueAt: "" }), "/api/v1/nodes");
  assert.deepEqual(query(watchPath(nodes, "77", 450)), {
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: "77",
    timeoutSeconds: "450",
  });
});
