import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import { resources } from "../proto/kube/resources.ts";

const FILE = new URL("../deploy/rbac/windlass.yaml", import.meta.url);

/** ClusterRole `system:node-proxier` of Kubernetes 1.33 to 1.36, which every cluster has. */
const NODE_PROXIER = [
  ...["services", "endpoints"].flatMap((name) => [`/${name} list`, `/${name} watch`]),
  ...["get", "list", "watch"].map((verb) => `/nodes ${verb}`),
  ...["", "events.k8s.io"].flatMap((group) =>
    ["create", "patch", "update"].map((verb) => `${group}/events ${verb}`)
  ),
  ...["list", "watch"].map((verb) => `discovery.k8s.io/endpointslices ${verb}`),
  ...["list", "watch"].map((verb) => `networking.k8s.io/servicecidrs ${verb}`),
];

/** What the program asks the API server for: lists and watches, the own Node at its start, Events. */
function needed(): readonly string[] {
  const watched = resources("n1").flatMap(({ apiVersion, plural }) => {
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
    return [`${group}/${plural} list`, `${group}/${plural} watch`];
  });
  return [...watched, "/nodes get", "events.k8s.io/events create", "events.k8s.io/events patch"];
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

Deno.test("deploy/rbac grants what the program asks for, nothing more, and nothing that kube-proxy lacks", async () => {
  const documents = loadAll(await Deno.readTextFile(FILE)).map((each) => Object(each));
  const role = documents.find(({ kind }) => kind === "ClusterRole");
  const granted = (role.rules as readonly Rule[]).flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`))
    )
  );
  assert.deepEqual(granted.toSorted(), needed().toSorted());
  assert.deepEqual(granted.filter((each) => !NODE_PROXIER.includes(each)), []);
  for (const { kind, roleRef } of documents) {
    if (kind === "ClusterRoleBinding") assert.equal(roleRef.name, role.metadata.name);
  }
});
